package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.yunqing.api.NetworkRule;
import java.util.List;
import java.util.UUID;

/**
 * A tenant's network as one host needs it.
 *
 * @param vni the number of its VXLAN
 * @param cidr its IPv4 addresses
 * @param peers the underlay addresses of all others that have an end of it
 * @param ports the host's own instances in it
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record NetworkDesired(
        int vni, String cidr, List<String> peers, List<NetworkRule> rules, List<Port> ports) {

    /** The first number of a VXLAN; those below are left to others who share the underlay. */
    public static final int FIRST_VNI = 4096;

    /** The last: hosts track the connections of each network in a zone of this number, which has 16 bits. */
    public static final int LAST_VNI = 65_535;

    /** What is left of 1,500 bytes of the underlay behind VXLAN's own headers. */
    public static final int MTU = 1450;

    /**
     * What one instance may speak as.
     *
     * @param address IPv4, without a prefix length
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Port(UUID instance, String mac, String address) {}
}
