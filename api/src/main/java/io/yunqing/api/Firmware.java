package io.yunqing.api;

/** What an image's boot loader expects to be started by. */
public enum Firmware {
    /** The PC's old one: the first sector of the disk. */
    BIOS,
    /** The UEFI specification's: a file in the disk's EFI system partition. Secure Boot is off. */
    UEFI
}
