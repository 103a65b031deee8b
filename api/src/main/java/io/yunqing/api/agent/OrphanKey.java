package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Which orphan of a host.
 *
 * @param place a domain's UUID, or a path below the pool's directory
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record OrphanKey(@NotNull OrphanKind kind, @NotNull @Size(max = 1024) String place) {

    /** The same for the same orphan of one host, whoever asks. */
    public UUID id() {
        return UUID.nameUUIDFromBytes((kind + ":" + place).getBytes(StandardCharsets.UTF_8));
    }
}
