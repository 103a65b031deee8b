package io.yunqing.api;

/** What becomes of what is on a volume when it is deleted. */
public enum WipePolicy {
    /** Its file is removed; its blocks keep what was written to them until something else is. */
    NONE,
    /** Its file is overwritten with zeros where it takes up room, and only then removed. */
    ZERO
}
