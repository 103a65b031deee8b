package io.yunqing.agent.hypervisor;

import io.yunqing.api.agent.OrphanKey;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something in the pool that belongs to no instance or volume, or anything that was put aside.
 *
 * @param id whose they are by their name, an instance's or a volume's; absent if they are nobody's
 * @param name the name of its file, or of the domain that was put aside
 * @param sizeBytes how long its files are together
 * @param modifiedAt when one of its files was last written; absent for a domain
 * @param quarantined whether it was put aside
 */
public record ObservedOrphan(
        OrphanKey key,
        @Nullable UUID id,
        String name,
        long sizeBytes,
        @Nullable Instant modifiedAt,
        boolean quarantined) {}
