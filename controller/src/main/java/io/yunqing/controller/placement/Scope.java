package io.yunqing.controller.placement;

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

    boolean within(Scope other) {
        return compareTo(other) <= 0;
    }
}
