package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.UUID;

/** A libvirt domain on a host that Yunqing did not make. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record UnknownDomain(UUID uuid, String name, String state) {}
