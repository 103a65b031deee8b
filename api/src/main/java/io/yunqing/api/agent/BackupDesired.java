package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A backup that a host is to take, or to remove. One that is not named is left alone.
 *
 * @param revision the host revision at which this last changed
 * @param deleted a tombstone: remove all of it from the repository, whoever took it, and report {@link BackupState#REMOVED}
 * @param volume which it is of; on this host unless {@code deleted}
 * @param base on which it may build; a full one is asked for when absent
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupDesired(
        UUID id,
        String tenant,
        String name,
        long revision,
        boolean deleted,
        UUID volume,
        RepositoryPlace repository,
        @Nullable Base base) {

    /**
     * The volume's latest backup in the repository.
     *
     * @param sizeBytes how large the volume was then
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Base(UUID id, long sizeBytes) {}
}
