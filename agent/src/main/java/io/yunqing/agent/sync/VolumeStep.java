package io.yunqing.agent.sync;

/** What can be done for one volume, one thing at a time; each may be repeated without harm. */
enum VolumeStep {
    MAKE("make"),
    /** Make it with what is in an image, which comes to the host first. */
    UNPACK("unpack"),
    /** Make it, or what is on it, anew as a copy of its source. */
    COPY("copy"),
    /** Make it from a backup. */
    RESTORE("restore"),
    /** Make it as large as is desired, also while a guest has it. */
    GROW("grow"),
    /** Overwrite what is on it before it is erased. */
    WIPE("wipe"),
    ERASE("erase");

    private final String word;

    VolumeStep(String word) {
        this.word = word;
    }

    /** As it is called in reports. */
    String word() {
        return word;
    }
}
