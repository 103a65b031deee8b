package io.yunqing.api;

/** What an instance's power should be. */
public enum Power {
    RUNNING,
    /** Off, by asking the guest (ACPI). A guest that does not answer keeps running, and the phase says so. */
    STOPPED,
    /** Off, by taking the power away. */
    OFF
}
