package io.yunqing.agent.libvirt;

import io.yunqing.agent.storage.DiskSource;
import io.yunqing.agent.storage.VolumePaths;
import io.yunqing.api.agent.InstanceUse;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.libvirt.DomainStats;

/** libvirt's statistics in the protocol's words. */
final class Uses {
    private static final int KIB_PER_MIB = 1024;

    private Uses() {}

    /** Whether each disk says what it is kept in, which one that is in Ceph does not. */
    static boolean allHavePaths(DomainStats domain) {
        return each(domain, "block").noneMatch(i -> text(domain, "block." + i + ".path").isEmpty());
    }

    /**
     * @param places volumes by their places, such as {@code vdc}, for disks that have no paths
     */
    static InstanceUse of(DomainStats domain, VolumePaths volumes, Map<String, UUID> places) {
        return new InstanceUse(
                domain.id(),
                number(domain, "cpu.time"),
                memoryUsed(domain),
                mib(domain, "balloon.rss"),
                each(domain, "block")
                        .map(i -> disk(domain, "block." + i, volumes, places))
                        .toList(),
                each(domain, "net").map(i -> nic(domain, "net." + i)).toList());
    }

    /** What of its memory its guest could not give away at once; its balloon's driver says so every few seconds. */
    private static @Nullable Long memoryUsed(DomainStats domain) {
        Long available = mib(domain, "balloon.available");
        Long usable = mib(domain, "balloon.usable");
        return available == null || usable == null ? null : available - usable;
    }

    private static InstanceUse.Disk disk(
            DomainStats domain, String disk, VolumePaths volumes, Map<String, UUID> places) {
        String place = text(domain, disk + ".name");
        String path = text(domain, disk + ".path");
        return new InstanceUse.Disk(
                place,
                path.isEmpty() ? places.get(place) : volume(path, volumes),
                number(domain, disk + ".rd.reqs"),
                number(domain, disk + ".rd.bytes"),
                number(domain, disk + ".wr.reqs"),
                number(domain, disk + ".wr.bytes"));
    }

    private static @Nullable UUID volume(String path, VolumePaths volumes) {
        try {
            Path file = Path.of(path);
            return volumes.volumeAt(new DiskSource.File(file))
                    .or(() -> volumes.volumeAt(new DiskSource.Block(file)))
                    .orElse(null);
        } catch (InvalidPathException e) {
            return null; // no file of ours is named so
        }
    }

    /** What the host sends to an interface of its own is what the guest receives, and libvirt says it the guest's way. */
    private static InstanceUse.Nic nic(DomainStats domain, String nic) {
        return new InstanceUse.Nic(
                number(domain, nic + ".rx.pkts"),
                number(domain, nic + ".rx.bytes"),
                number(domain, nic + ".tx.pkts"),
                number(domain, nic + ".tx.bytes"));
    }

    private static Stream<Long> each(DomainStats domain, String kind) {
        return LongStream.range(0, number(domain, kind + ".count")).boxed();
    }

    private static @Nullable Long mib(DomainStats domain, String name) {
        return domain.values().get(name) instanceof Long kib ? kib / KIB_PER_MIB : null;
    }

    private static long number(DomainStats domain, String name) {
        return domain.values().get(name) instanceof Long value ? value : 0;
    }

    private static String text(DomainStats domain, String name) {
        return domain.values().get(name) instanceof String text ? text : "";
    }
}
