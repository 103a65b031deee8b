package io.yunqing.api;

/** What an image may be used for, as an operator decides it. What stands on it runs on at every stage. */
public enum ImageStage {
    /** Made known, and not yet for use. */
    IMPORTED,
    /** For new instances and for rebuilds. */
    PUBLISHED,
    /** Still for both, but on its way out: what stands on it says so. */
    DEPRECATED,
    /** For neither, for good. */
    REVOKED
}
