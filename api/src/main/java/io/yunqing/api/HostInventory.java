package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
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
 * @param network what instances are attached to; absent when the host offers none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostInventory(
        String hostname,
        int cpus,
        long memoryMiB,
        List<Pool> pools,
        String accelerator,
        String architecture,
        String hypervisor,
        String agentVersion,
        @Nullable HostNetwork network) {

    /**
     * A libvirt storage pool.
     *
     * @param type libvirt's name for it, such as {@code dir}
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Pool(String name, String type, long capacityGiB, long availableGiB) {}

    /**
     * The bridge a host attaches instances to, and the addresses behind it.
     *
     * @param subnet IPv4 in CIDR form; the controller gives its addresses to instances of this host
     * @param gateway an address of {@code subnet} that instances get as their default route
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record HostNetwork(String bridge, String subnet, String gateway) {}
}
