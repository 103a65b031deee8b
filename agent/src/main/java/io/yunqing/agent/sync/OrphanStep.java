package io.yunqing.agent.sync;

/** What can be done with one orphan, one thing at a time; each may be repeated without harm. */
enum OrphanStep {
    /** Ask a domain's guest by ACPI. */
    SHUTDOWN("shutdown", LaneName.LIFECYCLE),
    /** Put it aside, without power. */
    QUARANTINE("quarantine", LaneName.LIFECYCLE),
    /** Put it back to where it was. */
    RELEASE("release", LaneName.LIFECYCLE),
    /** Delete what was put aside. */
    PURGE("purge", LaneName.STORAGE);

    private final String word;
    private final LaneName lane;

    OrphanStep(String word, LaneName lane) {
        this.word = word;
        this.lane = lane;
    }

    /** As it is called in reports. */
    String word() {
        return word;
    }

    LaneName lane() {
        return lane;
    }
}
