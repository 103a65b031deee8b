package io.yunqing.agent.sync;

/** What the host's domains, whoever made them, have to do with a volume. */
enum VolumeUse {
    /** None has it. */
    FREE,
    HELD,
    /** One that has it, or is about to be given it, is being changed. */
    CHANGING
}
