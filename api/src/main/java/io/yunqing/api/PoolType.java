package io.yunqing.api;

/** What is at a pool's URL. */
public enum PoolType {
    /** A directory; each volume is a qcow2 file. */
    DIRECTORY("file"),
    /** A directory of an NFS server; each volume is a qcow2 file. */
    NFS("nfs"),
    /** A thin pool of LVM; each volume is a thin logical volume. */
    LVM("lvm"),
    /** A pool of a Ceph cluster; each volume is an RBD image. */
    RBD("rbd");

    private final String scheme;

    PoolType(String scheme) {
        this.scheme = scheme;
    }

    /**
     * The type that a URL's scheme says.
     *
     * @throws IllegalArgumentException if there is none of that scheme
     */
    public static PoolType of(String url) {
        for (PoolType type : values()) {
            if (url.startsWith(type.scheme + "://")) {
                return type;
            }
        }
        throw new IllegalArgumentException(url + " is no URL of a pool");
    }

    /** Whether each volume is a file, of which copies, snapshots and backups can be made. */
    public boolean keepsFiles() {
        return this == DIRECTORY || this == NFS;
    }
}
