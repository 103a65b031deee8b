package io.yunqing.api;

/** How the members of a placement group stand to each other. */
public enum GroupPolicy {
    /** All in one place. */
    TOGETHER,
    /** No two in one place. */
    APART,
    /** As evenly as there is room. */
    SPREAD
}
