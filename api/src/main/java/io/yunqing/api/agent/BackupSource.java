package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.UUID;

/**
 * A backup that a volume is to be made from.
 *
 * @param volume which it is of
 * @param chain the full backup that it builds on, then each that builds on the one before, and itself at the end
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record BackupSource(RepositoryPlace repository, UUID volume, List<Part> chain) {

    /**
     * A backup's file, which counts only if it is as long and has this digest.
     *
     * @param sha256 64 lower-case hex digits
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Part(UUID id, long bytes, String sha256) {}
}
