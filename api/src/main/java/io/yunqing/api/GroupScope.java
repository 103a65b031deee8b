package io.yunqing.api;

/** What counts as one place for a placement group. */
public enum GroupScope {
    HOST,
    RACK,
    ZONE
}
