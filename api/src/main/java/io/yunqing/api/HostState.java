package io.yunqing.api;

/** What the controller may conclude about a host from its reports. Silence is never taken for death. */
public enum HostState {
    /** Created; its agent has not enrolled yet. */
    INVITED,
    /** Reports arrive on time. */
    CURRENT,
    /** A report is overdue, but its lease has not run out. */
    LATE,
    /** No report within the lease. What runs there is unknown, and nothing is freed. */
    UNREACHABLE,
    /** Not heard, and there is proof that nothing runs there that may be started elsewhere. */
    FENCED
}
