package io.yunqing.controller.platform;

/** How a ledger resource is named and scaled as a metric: Prometheus wants base units in names. */
public enum ResourceUnit {
    VCPUS("vcpus", "vcpus", null, 1),
    MEMORY("memoryMiB", "memory", "bytes", 1L << 20),
    STORAGE("storageGiB", "storage", "bytes", 1L << 30),
    ADDRESSES("addresses", "addresses", null, 1);

    private final String resource;
    private final String stem;

    /** Null for a plain count. */
    private final String baseUnit;

    private final long factor;

    ResourceUnit(String resource, String stem, String baseUnit, long factor) {
        this.resource = resource;
        this.stem = stem;
        this.baseUnit = baseUnit;
        this.factor = factor;
    }

    /** The name in the ledger. */
    public String resource() {
        return resource;
    }

    /** The metric's name, such as {@code yunqing_host_memory_allocated_bytes}. */
    public String metric(String owner, String what) {
        String name = "yunqing_" + owner + "_" + stem + "_" + what;
        return baseUnit == null ? name : name + "_" + baseUnit;
    }

    public double inBaseUnit(long amount) {
        return (double) amount * factor;
    }
}
