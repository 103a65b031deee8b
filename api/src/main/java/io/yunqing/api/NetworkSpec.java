package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant's network should be.
 *
 * @param cidr its IPv4 addresses, /16 to /28; instances get theirs out of it. Cannot be changed while instances are in it
 * @param gateway the address, out of {@code cidr}, of the machine that leads out of it: the default route of its instances. They
 *     can reach nothing outside when absent. Cannot be changed while instances are in it
 * @param gatewayUnderlay by which hosts reach that machine: its own end of the network's VXLAN
 * @param rules what may come to its instances beside answers to what they asked for; all from the same network, and nothing else,
 *     when absent. What they send is not limited
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NetworkSpec(
        @NotNull String cidr,
        @Nullable String gateway,
        @Nullable String gatewayUnderlay,
        @Nullable @Size(max = MOST_RULES) List<@NotNull @Valid NetworkRule> rules) {

    /** As many as people can still keep in mind. */
    public static final int MOST_RULES = 100;

    /** The rules that hold. */
    public List<NetworkRule> rulesOrDefault() {
        return rules == null ? List.of(NetworkRule.SAME_NETWORK) : rules;
    }
}
