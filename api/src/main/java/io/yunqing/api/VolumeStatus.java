package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a volume.
 *
 * @param host on which it is; that which has it now, if its pool is shared
 * @param pool in which it is; absent when it is in its host's own
 * @param root true if it is the root disk of its instance, from whose image it is made and with which it goes
 * @param serial by which a guest finds it: {@code /dev/disk/by-id/virtio-SERIAL}
 * @param observedAt when its host last reported it; absent before
 * @param lastError the most recent failure that still matters, in the words of whoever refused
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VolumeStatus(
        VolumePhase phase,
        String host,
        String zone,
        @Nullable String pool,
        @Nullable Boolean root,
        String serial,
        Map<String, Long> allocated,
        @Nullable Instant observedAt,
        @Nullable Fault lastError,
        List<Condition> conditions) {}
