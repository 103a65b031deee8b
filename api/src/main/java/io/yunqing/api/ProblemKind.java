package io.yunqing.api;

/** Whose move it is after a refusal. */
public enum ProblemKind {
    /** The caller must change the request. */
    CALLER,
    /** The resource is not as the caller believed: read again, decide again. */
    CONFLICT,
    /** A quota or the fleet has no room. */
    CAPACITY,
    /** Something the controller depends on does not answer. */
    UPSTREAM,
    /** A fault of Yunqing's own. */
    DEFECT
}
