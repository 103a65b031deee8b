package io.yunqing.api;

/** What an instance's power should be. */
public enum Power {
    RUNNING,
    /** Off, by asking the guest (ACPI). A guest that does not answer keeps running, and the phase says so. */
    STOPPED,
    /** Off, by taking the power away. */
    OFF,
    /** On, but standing still: the guest keeps its memory and its host's, and goes on when it is to be RUNNING again. */
    PAUSED;

    /** Whether it has power. */
    public boolean on() {
        return this == RUNNING || this == PAUSED;
    }
}
