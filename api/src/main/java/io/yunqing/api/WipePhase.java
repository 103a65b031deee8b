package io.yunqing.api;

/** Where the overwriting of a volume is on its way. */
public enum WipePhase {
    /** Its host has not said that it began. */
    WAITING,
    /** Its host is overwriting it, or was when it last said something. */
    WIPING,
    /** It was overwritten, and its host gave the evidence. */
    WIPED,
    /** It is gone, and its host gave no evidence of anything overwritten. */
    UNPROVEN
}
