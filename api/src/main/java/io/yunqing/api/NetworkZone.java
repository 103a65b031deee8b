package io.yunqing.api;

/** Where an application's users come from. */
public enum NetworkZone {
    /** Only the owning department. */
    INTERNAL,
    /** All departments, over the government extranet (政务外网). */
    EXTRANET,
    /** The public. */
    INTERNET
}
