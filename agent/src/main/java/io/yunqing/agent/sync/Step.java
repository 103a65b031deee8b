package io.yunqing.agent.sync;

/** What can be done for one instance, one thing at a time; each may be repeated without harm. */
public enum Step {
    /** Bring its image to the host. */
    FETCH("image", LaneName.FETCH),
    /** Make disk, seed and console log, or disk and seed anew. */
    PREPARE("disk", LaneName.STORAGE),
    /** Make the domain exist and carry the desired epoch; one that is off becomes all that is desired. */
    DEFINE("define", LaneName.LIFECYCLE),
    /** Give the domain its volumes, and take others from it, while it is on. */
    ATTACH("volumes", LaneName.LIFECYCLE),
    /** Give the domain processors and memory while it is on. */
    ENLARGE("enlarge", LaneName.LIFECYCLE),
    START("start", LaneName.LIFECYCLE),
    /** Ask the guest by ACPI. */
    SHUTDOWN("shutdown", LaneName.LIFECYCLE),
    PAUSE("pause", LaneName.LIFECYCLE),
    RESUME("resume", LaneName.LIFECYCLE),
    /** Take the power away. */
    POWER_OFF("power-off", LaneName.LIFECYCLE),
    UNDEFINE("undefine", LaneName.LIFECYCLE),
    /** Delete disk, seed and console log. */
    ERASE("erase", LaneName.STORAGE);

    private final String word;
    private final LaneName lane;

    Step(String word, LaneName lane) {
        this.word = word;
        this.lane = lane;
    }

    /** As it is called in reports. */
    public String word() {
        return word;
    }

    LaneName lane() {
        return lane;
    }
}
