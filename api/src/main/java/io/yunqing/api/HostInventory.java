package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent found its host to be.
 *
 * @param hostname the host's own name, for people only
 * @param cpus logical processors
 * @param memoryMiB physical memory in MiB
 * @param pools where instances' disks can be kept
 * @param accelerator {@code kvm} where a guest was proven to run with it, else {@code tcg}
 * @param hypervisor such as {@code QEMU 7.2.0, libvirt 9.0.0}
 * @param network what instances are attached to that name no network; absent when the host offers none
 * @param underlay the IPv4 address by which other hosts reach its end of tenants' networks; absent when it takes no part in them
 * @param cpuModels which processors it can show to guests, by libvirt's names; absent from an agent that does not say it
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostInventory(
        @NotNull String hostname,
        @Min(0) int cpus,
        @Min(0) long memoryMiB,
        @NotNull List<@NotNull @Valid Pool> pools,
        @NotNull String accelerator,
        @NotNull String architecture,
        @NotNull String hypervisor,
        @NotNull String agentVersion,
        @Nullable @Valid HostNetwork network,
        @Nullable String underlay,
        @Nullable List<@NotNull String> cpuModels) {

    /** The same host, offering no network. */
    public HostInventory withoutNetwork() {
        return new HostInventory(
                hostname,
                cpus,
                memoryMiB,
                pools,
                accelerator,
                architecture,
                hypervisor,
                agentVersion,
                null,
                underlay,
                cpuModels);
    }

    /** The same host, taking no part in tenants' networks. */
    public HostInventory withoutUnderlay() {
        return new HostInventory(
                hostname,
                cpus,
                memoryMiB,
                pools,
                accelerator,
                architecture,
                hypervisor,
                agentVersion,
                network,
                null,
                cpuModels);
    }

    /**
     * A libvirt storage pool.
     *
     * @param type libvirt's name for it, such as {@code dir}
     * @param use what its file system and Yunqing's files in it say; absent from agents that do not measure it
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Pool(
            @NotNull String name,
            @NotNull String type,
            @Min(0) long capacityGiB,
            @Min(0) long availableGiB,
            @Nullable @Valid PoolUse use) {

        /** A pool of which only this is known. */
        public Pool(String name, String type, long capacityGiB, long availableGiB) {
            this(name, type, capacityGiB, availableGiB, null);
        }
    }

    /**
     * How full a pool is. What is neither free nor written by Yunqing is somebody else's, or the file system's own.
     *
     * @param sizeMiB what its file system has in all
     * @param freeMiB what of that a guest's process may still write
     * @param disksMiB what the disks of instances and volumes really take, which may be less than their sizes
     * @param otherMiB what the rest of Yunqing's files takes: images, backups on their way, what was put aside
     * @param measuredAt when, by the host's clock
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PoolUse(
            @Min(0) @Max(PoolUse.MAX_MIB) long sizeMiB,
            @Min(0) @Max(PoolUse.MAX_MIB) long freeMiB,
            @Min(0) @Max(PoolUse.MAX_MIB) long disksMiB,
            @Min(0) @Max(PoolUse.MAX_MIB) long otherMiB,
            @NotNull Instant measuredAt) {

        /** More than any file system holds; sums over all hosts are still numbers. */
        static final long MAX_MIB = 1L << 44;
    }

    /**
     * The bridge a host attaches instances to, and the addresses behind it.
     *
     * @param subnet IPv4 in CIDR form; the controller gives its addresses to instances of this host
     * @param gateway an address of {@code subnet} that instances get as their default route
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record HostNetwork(
            @NotNull String bridge, @NotNull String subnet, @NotNull String gateway) {}
}
