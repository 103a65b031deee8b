package io.yunqing.api;

/** How it is known that what may be restarted elsewhere does not run on a host. */
public enum FenceProof {
    /** The host was silent for longer than its lease, and ends such instances by itself when that is over. */
    LEASE,
    /** Its machine was switched off by its BMC, which says that it is off. */
    POWER,
    /** Two people say so. */
    DECLARATION
}
