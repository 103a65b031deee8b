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
import java.util.stream.Stream;

/** The volumes of a host by the pools that they are in: the host's own, and others. */
public final class VolumePools implements VolumePaths {

    /** The volumes of one pool, and what is done with them. */
    public static final class Part {
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
    }

    private final StoreKeys keys;
    private final Path mounts;
    private final Part own;

    /** By their ids. */
    private final Map<UUID, Part> others = new ConcurrentHashMap<>();

    private volatile Map<UUID, PoolPlace> places = Map.of();

    /**
     * @param own where the host's own pool is
     * @param keys to the stores that backups are restored from
     */
    public VolumePools(Layout own, StoreKeys keys) {
        this.keys = keys;
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
    }

    /** The volumes in the host's own pool. */
    public Part own() {
        return own;
    }

    /** The volumes of the pool that this one is in. */
    public Part of(UUID volume) {
        PoolPlace place = places.get(volume);
        return place == null ? own : of(place);
    }

    private Part of(PoolPlace pool) {
        return others.computeIfAbsent(pool.id(), id -> new Part(new Layout(folder(pool)), keys));
    }

    /** Where a pool of files is, or is to be mounted. */
    public Path folder(PoolPlace pool) {
        return pool.type() == PoolType.DIRECTORY
                ? Path.of(URI.create(pool.url()))
                : mounts.resolve(pool.id().toString());
    }

    /** Where all pools are that volumes were kept in, the host's own among them. */
    public List<Path> folders() {
        return Stream.concat(Stream.of(own), others.values().stream())
                .map(part -> part.layout.pool())
                .toList();
    }

    /** Looks at a pool that is there. */
    public ObservedPool look(PoolPlace pool, Set<UUID> known) throws HypervisorFault {
        return of(pool).pool.look(pool, known);
    }

    @Override
    public Path volume(UUID id) {
        return of(id).layout.volume(id);
    }

    @Override
    public Optional<UUID> volumeAt(Path file) {
        Optional<UUID> found = own.layout.volumeAt(file);
        for (Part other : others.values()) {
            found = found.or(() -> other.layout.volumeAt(file));
        }
        return found;
    }
}
