package io.yunqing.api;

import java.util.UUID;

/** A libvirt domain on a host that Yunqing did not make. */
public record UnknownDomain(UUID uuid, String name, String state) {}
