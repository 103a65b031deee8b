package io.yunqing.controller.placement;

import org.jspecify.annotations.Nullable;

/** How far "together" and "apart" reach; a narrower scope lies within a wider one. */
public enum Scope {
    HOST,
    RACK,
    ZONE;

    /** As it is called in sentences and explanations. */
    public String word() {
        return switch (this) {
            case HOST -> "host";
            case RACK -> "rack";
            case ZONE -> "zone";
        };
    }

    /** The name of the part of the fleet that the host is in; null if it is in no rack. */
    public @Nullable String nameOf(Host host) {
        return switch (this) {
            case HOST -> host.name();
            case RACK -> {
                String rack = host.location().rack();
                yield rack == null ? null : rack(host.location().zone(), rack);
            }
            case ZONE -> host.location().zone();
        };
    }

    /** A rack's name need not be unique beyond its zone. */
    public static String rack(String zone, String rack) {
        return zone + "/" + rack;
    }

    boolean within(Scope other) {
        return compareTo(other) <= 0;
    }
}
