package io.yunqing.api;

/** How far a fence is. */
public enum FencePhase {
    /** The host is silent; what can be is started elsewhere. */
    FENCED,
    /** The host was heard again, and keeps what was not given to others by then. */
    RETURNED
}
