package io.yunqing.api.agent;

/** What sort of thing on a host belongs to no instance or volume of the books. */
public enum OrphanKind {
    /** A libvirt domain, whoever made it. */
    DOMAIN,
    /** An instance's directory of disk, seed and console log that has no domain. */
    INSTANCE_FILES,
    /** A volume's file. */
    VOLUME,
    /** Anything else among instances' directories and volumes' files. */
    FILE
}
