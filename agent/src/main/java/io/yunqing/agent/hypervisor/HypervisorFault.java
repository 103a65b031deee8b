package io.yunqing.agent.hypervisor;

import org.jspecify.annotations.Nullable;

/** Why a hypervisor did not do what was asked, in the words of whoever refused. */
public final class HypervisorFault extends Exception {

    public enum Kind {
        /** There is no connection: nothing is known of what was asked. */
        UNREACHABLE,
        /** It did not answer in time: it may still happen. */
        TIMEOUT,
        /** The hypervisor understood and said no. */
        REFUSED,
        /** A disk, a directory or a pool failed. */
        STORAGE,
        /** A bridge, a VXLAN or the filter cannot be made. */
        NETWORK,
        /** The image cannot be had or is not what it was said to be. */
        IMAGE
    }

    private final Kind kind;

    public HypervisorFault(Kind kind, String message) {
        this(kind, message, null);
    }

    public HypervisorFault(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
