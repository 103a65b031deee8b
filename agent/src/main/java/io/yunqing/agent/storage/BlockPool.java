package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedPool;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.api.agent.PoolPlace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;

/**
 * A pool whose volumes are block devices, or images that are read like such. No note can be kept with them, nor a mark with the
 * pool.
 */
public abstract class BlockPool implements VolumePool {

    private static final Logger LOG = Logger.getLogger(BlockPool.class.getName());

    /** What the names of volumes begin with. */
    public static final String PREFIX = "yq-";

    /** How large guests see the volumes, in GiB, as far as this agent has seen to it. */
    private final Map<UUID, Integer> shown = new ConcurrentHashMap<>();

    /**
     * What is there.
     *
     * @param bytes how large each of the volumes is that were looked for and are there
     */
    public record Found(Map<UUID, Long> bytes, PoolUse use) {}

    /** Looks for volumes. What is not named is proven not to be there. */
    protected abstract Found find(Set<UUID> known) throws HypervisorFault;

    /** How large a volume is, in bytes; absent when it is not there. */
    protected abstract Optional<Long> bytes(UUID id) throws HypervisorFault;

    protected abstract void create(UUID id, int sizeGiB) throws HypervisorFault;

    /** Makes one larger, whether or not a guest has it; the guest is not told. */
    protected abstract void resize(UUID id, int sizeGiB) throws HypervisorFault;

    protected abstract void delete(UUID id) throws HypervisorFault;

    /** The name of a volume where others may keep what they like. */
    public static String name(UUID id) {
        return PREFIX + id;
    }

    /** Whose name this is, if it is a volume's. */
    public static Optional<UUID> volumeOf(String name) {
        if (!name.startsWith(PREFIX)) {
            return Optional.empty();
        }
        try {
            UUID id = UUID.fromString(name.substring(PREFIX.length()));
            // What UUID takes for an id may be written in another way.
            return name(id).equals(name) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public final ObservedPool look(PoolPlace pool, Set<UUID> known, Guests guests)
            throws HypervisorFault {
        var found = find(known);
        var volumes = new ArrayList<ObservedVolume>();
        var sizes = new HashMap<UUID, Integer>();
        found.bytes()
                .forEach((id, bytes) -> {
                    int sizeGiB = (int) (bytes >> 30);
                    volumes.add(new ObservedVolume(id, sizeGiB, 0, null));
                    sizes.put(id, sizeGiB);
                });
        shown.keySet().retainAll(sizes.keySet());
        show(sizes, guests);
        return new ObservedPool(volumes, null, found.use(), null);
    }

    /** An agent that was killed, or a guest that did not answer, left a volume larger than its guest sees it. */
    private void show(Map<UUID, Integer> sizes, Guests guests) {
        var unshown = new HashMap<>(sizes);
        unshown.entrySet().removeAll(shown.entrySet());
        if (unshown.isEmpty()) {
            return;
        }
        try {
            var _ = guests.show(unshown);
            shown.putAll(unshown);
        } catch (HypervisorFault e) {
            LOG.warning(() ->
                    "guests may see volumes smaller than they are, until the next look: "
                            + e.getMessage());
        }
    }

    @Override
    public final void make(UUID id, int sizeGiB) throws HypervisorFault {
        if (bytes(id).isEmpty()) {
            create(id, sizeGiB);
        }
    }

    @Override
    public final void grow(UUID id, int sizeGiB, Guests guests) throws HypervisorFault {
        long bytes =
                bytes(id)
                        .orElseThrow(() ->
                                new HypervisorFault(
                                        HypervisorFault.Kind.STORAGE,
                                        "volume %s is not there".formatted(id)));
        if (bytes < (long) sizeGiB << 30) {
            shown.remove(id);
            resize(id, sizeGiB);
            var _ = guests.show(Map.of(id, sizeGiB));
            shown.put(id, sizeGiB);
        }
    }

    @Override
    public final void erase(UUID id) throws HypervisorFault {
        if (bytes(id).isPresent()) {
            delete(id);
        }
    }
}
