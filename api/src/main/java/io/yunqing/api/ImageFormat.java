package io.yunqing.api;

/** How the bytes of an image are to be read. It is always said, never guessed: guessing lets an image lie. */
public enum ImageFormat {
    QCOW2,
    RAW,
    /** VMware's, whole in one file: monolithicSparse or streamOptimized. */
    VMDK,
    /** Of Virtual PC and Azure, fixed or dynamic. */
    VHD,
    /** Of Hyper-V. */
    VHDX
}
