package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What is known of a network.
 *
 * @param vni the number of its VXLAN, as no other network's
 * @param mtu the largest packet that its instances can send, in bytes
 * @param hosts those that have instances in it
 * @param free how many addresses can still be given out
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NetworkStatus(int vni, int mtu, int instances, long free, List<String> hosts) {}
