package io.yunqing.agent.storage;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a disk is kept in. */
public sealed interface DiskSource {

    /** A qcow2 file. */
    record File(Path path) implements DiskSource {}

    /** A block device of the host's. */
    record Block(Path path) implements DiskSource {}

    /**
     * An image in a pool of Ceph.
     *
     * @param image POOL/NAME
     * @param cluster where; absent of one that is only to be found by its name
     */
    record Rbd(String image, @Nullable Ceph cluster) implements DiskSource {}

    /**
     * How a Ceph cluster is reached.
     *
     * @param login absent where the cluster asks nobody who they are
     */
    record Ceph(List<Monitor> monitors, @Nullable Login login) {

        /**
         * As a pool's URL names it.
         *
         * @param url {@code rbd://MONITOR[:PORT][,MONITOR…]/POOL}
         */
        public static Ceph of(String url, @Nullable Login login) {
            String monitors = URI.create(url).getAuthority();
            return new Ceph(Stream.of(monitors.split(",")).map(Monitor::of).toList(), login);
        }
    }

    /**
     * One of those that know where a cluster's data is.
     *
     * @param port absent when it is Ceph's own
     */
    record Monitor(String host, @Nullable Integer port) {

        private static Monitor of(String word) {
            String[] parts = word.split(":", 2);
            return new Monitor(parts[0], parts.length == 1 ? null : Integer.valueOf(parts[1]));
        }
    }

    /**
     * As whom a host comes to Ceph.
     *
     * @param user without {@code client.} before it
     * @param secret the libvirt secret that holds the user's key
     */
    record Login(String user, UUID secret) {}
}
