package io.yunqing.api;

/** How it is known that what may be restarted elsewhere does not run on a host. */
public enum FenceProof {
    /** The host was silent for longer than its lease, and ends such instances by itself when that is over. */
    LEASE,
    /** Two people say so. */
    DECLARATION
}
