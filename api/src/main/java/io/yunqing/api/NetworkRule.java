package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that may come to all instances of a network.
 *
 * @param ports such as {@code 443} or {@code 8000-8099}, of TCP or UDP; all when absent
 * @param source IPv4 in CIDR form; the network itself when absent
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NetworkRule(
        @NotNull Protocol protocol,
        @Nullable @Pattern(regexp = "\\d{1,5}(-\\d{1,5})?", message = "give a port or FIRST-LAST")
                String ports,
        @Nullable String source) {

    /** What holds where no rules are given. */
    public static final NetworkRule SAME_NETWORK = new NetworkRule(Protocol.ANY, null, null);

    /** What is carried over IPv4. */
    public enum Protocol {
        TCP,
        UDP,
        ICMP,
        ANY
    }
}
