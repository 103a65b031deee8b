package io.yunqing.agent.sync;

/** The agent's bounded pools: what hangs in one leaves the others free. */
public enum LaneName {
    /** Looking at libvirt. */
    QUERY(2),
    /** Changing domains. Four at once is what one host's libvirt makes use of. */
    LIFECYCLE(4),
    /** Disks, seeds, pools, and what of all that belongs to nobody. */
    STORAGE(2),
    /** Volumes, which may be on other storage than all else. */
    VOLUMES(2),
    /** Volumes in pools beside the host's own, and looking at these pools. */
    POOLS(4),
    /** Volumes in such pools that are copied, overwritten, or made from backups. */
    POOL_COPY(2),
    /** Volumes that are copied, to others or for backups. */
    COPY(2),
    /** Backups on their way to and from repositories, which may be anywhere. */
    REPOSITORY(2),
    /** Bridges, VXLANs and the filter. */
    NETWORK(1),
    /** What the agent keeps for itself. */
    NOTES(1),
    /** Images from elsewhere. */
    FETCH(2),
    /** Reading and sending serial consoles. */
    CONSOLE(1);

    private final int threads;

    LaneName(int threads) {
        this.threads = threads;
    }

    int threads() {
        return threads;
    }
}
