package io.yunqing.controller.address;

import io.yunqing.api.HostInventory.HostNetwork;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IPv4 subnet and its gateway. Network address, broadcast address and gateway are not given out.
 *
 * @param first the network address as an unsigned number
 * @param gateway likewise; {@link #NONE} when it has none
 */
public record Subnet(long first, int prefix, long gateway) {
    private static final Pattern CIDR =
            Pattern.compile("(\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3})/(\\d{1,2})");
    private static final long NONE = -1;
    private static final int LARGEST_PREFIX = 30;
    private static final int SMALLEST_PREFIX = 8;

    /**
     * @throws IllegalArgumentException if the host describes no usable subnet
     */
    public static Subnet of(HostNetwork network) {
        return of(network.subnet(), network.gateway());
    }

    /**
     * @param gateway none when null
     * @throws IllegalArgumentException if it is no subnet, or the gateway no address
     */
    public static Subnet of(String subnet, String gateway) {
        Matcher cidr = CIDR.matcher(subnet);
        if (!cidr.matches()) {
            throw new IllegalArgumentException(
                    subnet + " is not an IPv4 subnet such as 10.88.1.0/24");
        }
        int prefix = Integer.parseInt(cidr.group(2));
        if (prefix < SMALLEST_PREFIX || prefix > LARGEST_PREFIX) {
            throw new IllegalArgumentException(subnet + " must have a prefix from /8 to /30");
        }
        long mask = 0xffff_ffffL << (32 - prefix) & 0xffff_ffffL;
        return new Subnet(
                number(cidr.group(1)) & mask, prefix, gateway == null ? NONE : number(gateway));
    }

    /** Whether addresses can be given out of it, through a gateway that lies in it. */
    public static boolean usable(HostNetwork network) {
        try {
            return of(network).hasGateway();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** Whether its gateway can be one of its machines. */
    public boolean hasGateway() {
        return gateway > first && gateway < last();
    }

    private long last() {
        return first + (1L << (32 - prefix)) - 1;
    }

    /** How many addresses can be given out. */
    public long usable() {
        long between = last() - first - 1;
        return hasGateway() ? between - 1 : between;
    }

    /** The lowest address not in {@code taken}, as an unsigned number. */
    long lowestFree(Set<Long> taken) {
        for (long candidate = first + 1; candidate < last(); candidate++) {
            if (candidate != gateway && !taken.contains(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException(
                "the ledger gave an address that " + text(first) + " does not have");
    }

    /** An address of this subnet with the prefix length: {@code 10.88.1.2/24}. */
    String text(long address) {
        return "%d.%d.%d.%d/%d"
                .formatted(
                        address >> 24 & 255,
                        address >> 16 & 255,
                        address >> 8 & 255,
                        address & 255,
                        prefix);
    }

    /** Whether the text is an IPv4 address. */
    public static boolean isAddress(String text) {
        try {
            return number(text) >= 0;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** Its network address with the prefix length, whatever address it was said by. */
    public String cidr() {
        return text(first);
    }

    /**
     * @throws IllegalArgumentException if it is no IPv4 address
     */
    public static long number(String dotted) {
        if (!dotted.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
            throw new IllegalArgumentException(dotted + " is not an IPv4 address");
        }
        long number = 0;
        for (String part : dotted.split("\\.")) {
            int octet = Integer.parseInt(part);
            if (octet > 255) {
                throw new IllegalArgumentException(dotted + " is not an IPv4 address");
            }
            number = number << 8 | octet;
        }
        return number;
    }
}
