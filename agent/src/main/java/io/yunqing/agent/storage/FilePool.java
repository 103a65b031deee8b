package io.yunqing.agent.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedPool;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.api.agent.PoolPlace;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A pool whose volumes are files in a directory, which other hosts may see as well.
 *
 * <p>In the directory a file says which pool it is, and a number drawn at random by the host that came first: a directory in which
 * nothing is mounted is not taken for the pool, and hosts can be compared.
 */
final class FilePool {

    private static final String MARK = "yunqing-pool.json";
    private static final Duration MEASURED_EVERY = Duration.ofMinutes(1);

    private final Layout layout;
    private final VolumeFiles volumes;
    private final PoolGauge gauge;
    private final InstantSource clock;
    private @Nullable PoolUse use;
    private @Nullable String unmeasured;
    private Instant measuredAt = Instant.MIN;

    FilePool(Layout layout, VolumeFiles volumes, InstantSource clock) {
        this.layout = layout;
        this.volumes = volumes;
        this.gauge = new PoolGauge(layout, clock);
        this.clock = clock;
    }

    private record Mark(UUID pool, UUID mark) {}

    /**
     * Looks at it, and marks it where it is new.
     *
     * @param known which volumes to look for
     */
    ObservedPool look(PoolPlace pool, Set<UUID> known) throws HypervisorFault {
        try {
            if (!Files.isDirectory(layout.pool())) {
                throw new IOException(
                        "there is no directory %s on this host; make it, or mount it there"
                                .formatted(layout.pool()));
            }
            UUID mark = mark(pool);
            makeFolder();
            var there = new ArrayList<ObservedVolume>();
            for (UUID id : known) {
                volumes.find(id).ifPresent(there::add);
            }
            measure();
            return new ObservedPool(there, mark, use, unmeasured);
        } catch (IOException e) {
            throw StorageFault.of("pool " + pool.name(), e);
        }
    }

    private UUID mark(PoolPlace pool) throws IOException {
        Path file = layout.pool().resolve(MARK);
        if (!FileTree.isThere(file)) {
            if (pool.used()) {
                throw new IOException(
                        "directory %s is not marked as pool %s; is everything mounted there?"
                                .formatted(layout.pool(), pool.name()));
            }
            make(file, new Mark(pool.id(), UUID.randomUUID()));
        }
        Mark found = read(file);
        if (!found.pool().equals(pool.id())) {
            throw new IOException(
                    "directory %s is marked as another pool, %s; if that is no more, remove %s"
                            .formatted(layout.pool(), found.pool(), file));
        }
        return found.mark();
    }

    private static Mark read(Path file) throws IOException {
        try {
            Mark found = BackupRepository.JSON.readValue(Files.readAllBytes(file), Mark.class);
            if (found.pool() == null || found.mark() == null) {
                throw new IOException(file + " is damaged: it does not say which pool it is");
            }
            return found;
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is damaged: " + e.getOriginalMessage(), e);
        }
    }

    /** Of several hosts that come first at once, one makes it, and all find that. */
    private static void make(Path file, Mark mark) throws IOException {
        Path own = file.resolveSibling("." + MARK + "." + mark.mark());
        try {
            DurableFile.write(own, BackupRepository.JSON.writeValueAsBytes(mark));
            Files.createLink(file, own);
        } catch (FileAlreadyExistsException e) {
            // Another host was first.
        } finally {
            Files.deleteIfExists(own);
            DurableFile.force(file.resolveSibling(""));
        }
    }

    private void makeFolder() throws IOException {
        if (!FileTree.isThere(layout.volumes())) {
            try {
                Files.createDirectory(
                        layout.volumes(),
                        PosixFilePermissions.asFileAttribute(InstanceFiles.PASSABLE));
            } catch (FileAlreadyExistsException e) {
                // Another host was first.
            }
            DurableFile.force(layout.pool());
        }
    }

    private synchronized void measure() {
        Instant now = clock.instant();
        if (now.isBefore(measuredAt.plus(MEASURED_EVERY))) {
            return;
        }
        measuredAt = now;
        try {
            use = gauge.measure();
            unmeasured = null;
        } catch (IOException e) {
            unmeasured =
                    "how full it is cannot be measured: "
                            + (e instanceof NoSuchFileException gone
                                    ? gone.getMessage() + " is gone"
                                    : e.getMessage());
        }
    }
}
