package io.yunqing.agent.sync;

/** Whether a volume can be copied, and all that are copied at the same moment. */
enum CopySource {
    READY,
    /** It, or a domain that has it, is being changed. */
    BUSY,
    /** It is not on this host. */
    GONE
}
