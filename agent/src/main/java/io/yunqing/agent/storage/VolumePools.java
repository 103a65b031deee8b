package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedPool;
import io.yunqing.api.PoolType;
import io.yunqing.api.agent.PoolPlace;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** The volumes of a host by the pools that they are in: the host's own, and others. */
public final class VolumePools implements VolumePaths {

    /** The volumes of a pool of files, and what can be done with them besides. */
    public static final class Part implements VolumePool {
        private final Layout layout;
        private final VolumeFiles files;
        private final VolumeWipes wipes;
        private final VolumeCopies copies;
        private final VolumeRestores restores;
        private final FilePool pool;

        private Part(Layout layout, StoreKeys keys) {
            var room = new PoolRoom(layout.pool());
            this.layout = layout;
            this.files = new VolumeFiles(layout, room);
            this.wipes = new VolumeWipes(layout, InstantSource.system());
            this.copies = new VolumeCopies(layout, room);
            this.restores = new VolumeRestores(layout, room, keys);
            this.pool = new FilePool(layout, files, InstantSource.system());
        }

        public VolumeFiles files() {
            return files;
        }

        public VolumeWipes wipes() {
            return wipes;
        }

        public VolumeCopies copies() {
            return copies;
        }

        public VolumeRestores restores() {
            return restores;
        }

        @Override
        public ObservedPool look(PoolPlace place, Set<UUID> known, Guests guests)
                throws HypervisorFault {
            return pool.look(place, known);
        }

        @Override
        public void make(UUID id, int sizeGiB) throws HypervisorFault {
            files.make(id, sizeGiB);
        }

        @Override
        public void grow(UUID id, int sizeGiB, Guests guests) throws HypervisorFault {
            if (!files.isAtLeast(id, sizeGiB) && guests.show(Map.of(id, sizeGiB)).isEmpty()) {
                files.grow(id, sizeGiB);
            }
        }

        @Override
        public void erase(UUID id) throws HypervisorFault {
            files.erase(id);
        }

        @Override
        public DiskSource source(UUID id) {
            return layout.source(id);
        }

        @Override
        public Optional<UUID> volumeAt(DiskSource source) {
            return layout.volumeAt(source);
        }
    }

    private final StoreKeys keys;
    private final Path mounts;
    private final Part own;
    private final Function<PoolPlace, VolumePool> blocks;

    /** By their ids. */
    private final Map<UUID, VolumePool> others = new ConcurrentHashMap<>();

    private volatile Map<UUID, PoolPlace> places = Map.of();

    /**
     * @param own where the host's own pool is
     * @param keys to the stores that backups are restored from
     * @param blocks pools whose volumes are no files
     */
    public VolumePools(Layout own, StoreKeys keys, Function<PoolPlace, VolumePool> blocks) {
        this.keys = keys;
        this.blocks = blocks;
        this.mounts = own.pool().resolveSibling(own.pool().getFileName() + "-mounts");
        this.own = new Part(own, keys);
    }

    /** Ends what a killed agent had begun in the host's own pool. In others, it may be other hosts that are at work. */
    public void open() throws IOException {
        own.files.open();
        own.copies.open();
    }

    /** Says where the volumes are that are not in the host's own pool. */
    public void place(Map<UUID, PoolPlace> volumes) {
        places = Map.copyOf(volumes);
        // A domain may have had them since before this agent was started.
        volumes.values().forEach(this::of);
    }

    /** The volumes in the host's own pool. */
    public Part own() {
        return own;
    }

    /** The volumes of the pool that this one is in. */
    public VolumePool of(UUID volume) {
        PoolPlace place = places.get(volume);
        return place == null ? own : of(place);
    }

    /** The same, where what is to be done can be done with files only. */
    public Part filesOf(UUID volume) throws HypervisorFault {
        if (of(volume) instanceof Part files) {
            return files;
        }
        throw new HypervisorFault(
                HypervisorFault.Kind.REFUSED,
                "volume %s is no file: it is neither copied, restored nor overwritten"
                        .formatted(volume));
    }

    private VolumePool of(PoolPlace pool) {
        return others.computeIfAbsent(
                pool.id(),
                id ->
                        pool.type().keepsFiles()
                                ? new Part(new Layout(folder(pool)), keys)
                                : blocks.apply(pool));
    }

    /** Where a pool of files is, or is to be mounted. */
    public Path folder(PoolPlace pool) {
        return pool.type() == PoolType.DIRECTORY
                ? Path.of(URI.create(pool.url()))
                : mounts.resolve(pool.id().toString());
    }

    /** Where all pools of files are that volumes were kept in, the host's own among them. */
    public List<Path> folders() {
        return Stream.concat(Stream.of(own), others.values().stream())
                .filter(Part.class::isInstance)
                .map(pool -> ((Part) pool).layout.pool())
                .toList();
    }

    /** Looks at a pool that is there. */
    public ObservedPool look(PoolPlace pool, Set<UUID> known, VolumePool.Guests guests)
            throws HypervisorFault {
        return of(pool).look(pool, known, guests);
    }

    @Override
    public DiskSource source(UUID id) {
        return of(id).source(id);
    }

    @Override
    public Optional<UUID> volumeAt(DiskSource source) {
        Optional<UUID> found = own.volumeAt(source);
        for (VolumePool other : others.values()) {
            found = found.or(() -> other.volumeAt(source));
        }
        return found;
    }
}
