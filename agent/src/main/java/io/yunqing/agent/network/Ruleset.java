package io.yunqing.agent.network;

import io.yunqing.api.NetworkRule;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.NetworkDesired.Port;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The filter of all networks of a host, as one nftables transaction that replaces the one before it. Pure.
 *
 * <p>It has two halves. The one for bridges knows guests by their interfaces: each may speak as itself alone, and hears only what
 * is meant for it; nothing there is for the host. The one for IPv4, which the kernel asks about bridged packets too, knows
 * connections and holds the rules of whoever is spoken to; each network has a zone of connections of its own, as two may have
 * the same addresses.
 */
final class Ruleset {

    static final String BRIDGE_TABLE = "bridge yunqing";
    static final String INET_TABLE = "inet yunqing";

    private Ruleset() {}

    static String of(String underlay, List<NetworkDesired> networks) {
        return replaced(BRIDGE_TABLE, bridge(networks))
                + replaced(INET_TABLE, inet(underlay, networks));
    }

    /** Made before it is deleted, as what is not there cannot be. */
    private static String replaced(String table, String content) {
        return """
        table %1$s
        delete table %1$s
        table %1$s {
        %2$s}
        """
                .formatted(table, content.indent(4));
    }

    private static String bridge(List<NetworkDesired> networks) {
        return """
        set speakers {
            type ifname . ether_addr . ipv4_addr
        %s}
        set listeners {
            type ifname . ipv4_addr
        %s}
        chain prerouting {
            type filter hook prerouting priority -300; policy accept;
            iifname "yqp*" jump from-guest
        }
        chain from-guest {
            iifname . arp saddr ether . arp saddr ip @speakers iifname . ether saddr . arp saddr ip @speakers accept
            ether type ip iifname . ether saddr . ip saddr @speakers accept
            drop
        }
        chain forward {
            type filter hook forward priority -300; policy accept;
            oifname "yqp*" jump to-guest
        }
        chain to-guest {
            ether type arp accept
            ether type ip oifname . ip daddr @listeners accept
            drop
        }
        chain input {
            type filter hook input priority -300; policy accept;
            iifname { "yqp*", "yqx*" } drop
        }
        """
                .formatted(
                        elements(networks, port -> "%s . %s".formatted(port.mac(), port.address())),
                        elements(networks, Port::address));
    }

    private static String elements(List<NetworkDesired> networks, Function<Port, String> rest) {
        String all =
                networks.stream()
                        .flatMap(network -> network.ports().stream())
                        .map(port ->
                                "\"%s\" . %s"
                                        .formatted(Names.tap(port.instance()), rest.apply(port)))
                        .collect(Collectors.joining(", "));
        return all.isEmpty() ? "" : "    elements = { " + all + " }\n";
    }

    private static String inet(String underlay, List<NetworkDesired> networks) {
        return """
        chain prerouting {
            type filter hook prerouting priority raw; policy accept;
        %s}
        chain input {
            type filter hook input priority filter; policy accept;
            ip daddr %s udp dport %d %sdrop
        }
        chain forward {
            type filter hook forward priority filter; policy accept;
        %s    iifname "yqn*" drop
        }
        %s\
        """
                .formatted(
                        mapped(
                                networks,
                                "ct zone set iifname map",
                                network -> String.valueOf(network.vni())),
                        underlay,
                        LinkPlan.PORT,
                        notFrom(networks),
                        mapped(
                                networks,
                                "iifname vmap",
                                network -> "jump network-" + network.vni()),
                        networks.stream().map(Ruleset::chain).collect(Collectors.joining()));
    }

    private static String mapped(
            List<NetworkDesired> networks, String words, Function<NetworkDesired, String> to) {
        String all =
                networks.stream()
                        .map(network ->
                                "\"%s\" : %s"
                                        .formatted(Names.bridge(network.vni()), to.apply(network)))
                        .collect(Collectors.joining(", "));
        return all.isEmpty() ? "" : "    %s { %s }\n".formatted(words, all);
    }

    /** Whoever is no end of a network must not send into one. */
    private static String notFrom(List<NetworkDesired> networks) {
        String peers =
                networks.stream()
                        .flatMap(network -> network.peers().stream())
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(", "));
        return peers.isEmpty() ? "" : "ip saddr != { %s } ".formatted(peers);
    }

    private static String chain(NetworkDesired network) {
        String here = network.ports().stream().map(Port::address).collect(Collectors.joining(", "));
        Stream<String> rules =
                Stream.of(
                                Stream.of(
                                        "ct state established,related accept",
                                        "ct state invalid drop",
                                        // What leaves the host is judged where it arrives.
                                        here.isEmpty()
                                                ? "accept"
                                                : "ip daddr != { %s } accept".formatted(here)),
                                network.rules().stream().map(rule -> rule(rule, network.cidr())),
                                Stream.of("drop"))
                        .flatMap(Function.identity());
        return rules.map(rule -> "    " + rule + "\n")
                .collect(
                        Collectors.joining(
                                "", "chain network-%d {\n".formatted(network.vni()), "}\n"));
    }

    private static String rule(NetworkRule rule, String cidr) {
        String source = rule.source() == null ? cidr : rule.source();
        String from = source.endsWith("/0") ? "" : "ip saddr %s ".formatted(source);
        String ports = rule.ports();
        return from
                + switch (rule.protocol()) {
                    case TCP ->
                            ports == null ? "ip protocol tcp " : "tcp dport %s ".formatted(ports);
                    case UDP ->
                            ports == null ? "ip protocol udp " : "udp dport %s ".formatted(ports);
                    case ICMP -> "ip protocol icmp ";
                    case ANY -> "";
                }
                + "accept";
    }
}
