package io.yunqing.controller.storage;

/** What images may be used for that no signer vouches for. */
public enum UnsignedImages {
    /** For the same as signed ones. */
    ALLOW,
    /** For nothing new; what runs on them runs on. */
    REFUSE
}
