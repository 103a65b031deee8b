package io.yunqing.controller.placement;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** By owner, the hosts that are kept for it. */
final class KeptHosts {
    private static final BitSet NONE = new BitSet();

    private final Map<UUID, BitSet> byOwner = new HashMap<>();

    KeptHosts() {}

    KeptHosts(KeptHosts from) {
        from.byOwner.forEach((owner, hosts) -> byOwner.put(owner, (BitSet) hosts.clone()));
    }

    void add(int index, @Nullable UUID owner) {
        if (owner != null) {
            byOwner.computeIfAbsent(owner, _ -> new BitSet()).set(index);
        }
    }

    void remove(int index, @Nullable UUID owner) {
        BitSet hosts = of(owner);
        hosts.clear(index);
        if (owner != null && hosts.isEmpty()) {
            byOwner.remove(owner);
        }
    }

    /** Not to be changed. */
    BitSet of(@Nullable UUID owner) {
        return owner == null || byOwner.isEmpty() ? NONE : byOwner.getOrDefault(owner, NONE);
    }
}
