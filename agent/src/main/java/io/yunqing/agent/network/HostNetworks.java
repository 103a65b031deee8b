package io.yunqing.agent.network;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.network.Link.Flood;
import io.yunqing.agent.platform.Tool;
import io.yunqing.api.agent.NetworkDesired;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the host's ends of networks what is wanted, by the programs ip, bridge and nft. */
public final class HostNetworks {

    /** These programs talk to the kernel alone, which answers at once or not at all. */
    private static final Duration DEADLINE = Duration.ofSeconds(15);

    private static final String BRIDGED_FILTER = "/proc/sys/net/bridge/bridge-nf-call-iptables";

    private final @Nullable String underlay;
    private final List<String> prefix;

    /** What was loaded last, and how nft shows it. */
    private String loaded = "";

    private String shown = "";

    /**
     * @param underlay by which other hosts reach this one; it takes part in no network when null
     * @param prefix what a command is run with so that it runs in the host's own network; nothing when the agent does
     */
    public HostNetworks(@Nullable String underlay, List<String> prefix) {
        this.underlay = underlay;
        this.prefix = List.copyOf(prefix);
    }

    /** Makes them these and no others, where they are not. */
    public synchronized void make(List<NetworkDesired> networks) throws HypervisorFault {
        if (underlay == null) {
            requireNone(networks);
            return;
        }
        try {
            if (!networks.isEmpty()) {
                requireBridgedFilter();
                requireUnderlay(underlay);
            }
            filter(Ruleset.of(underlay, networks));
            var plan =
                    LinkPlan.of(
                            underlay,
                            networks,
                            Link.parse(output("ip", "-json", "-details", "link", "show")),
                            Flood.parse(output("bridge", "-json", "fdb", "show")));
            batch("ip", plan.links());
            batch("bridge", plan.floods());
        } catch (IOException e) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.NETWORK, String.valueOf(e.getMessage()), e);
        }
    }

    private static void requireNone(List<NetworkDesired> networks) throws HypervisorFault {
        if (!networks.isEmpty()) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.NETWORK,
                    "this host is to have %d networks and takes part in none; start its agent with --underlay"
                            .formatted(networks.size()));
        }
    }

    /** Without it the rules would stand there and be asked nothing. */
    private void requireBridgedFilter() throws IOException {
        if (run("", "test", "-e", BRIDGED_FILTER).exitCode() != 0) {
            throw new IOException(
                    "the kernel does not let the filter see bridged packets: load its module br_netfilter");
        }
    }

    /** A VXLAN is made from any address, and silent if it is none of the host's. */
    private void requireUnderlay(String address) throws IOException {
        String device = Link.firstName(output("ip", "-json", "address", "show", "to", address));
        if (device.isEmpty()) {
            throw new IOException(
                    "no device of this host has the underlay address %s: set it up, or start the agent with another --underlay"
                            .formatted(address));
        }
    }

    /** Loads it where it is another than what is there, or somebody has meddled with that. */
    private void filter(String rules) throws IOException {
        if (!rules.equals(loaded) || !show().equals(shown)) {
            insist(run(rules, "nft", "-f", "-"), "nft");
            shown = show();
            loaded = rules;
        }
    }

    private String show() throws IOException {
        return run("", "nft", "-s", "list", "table", "bridge", "yunqing").output()
                + run("", "nft", "-s", "list", "table", "inet", "yunqing").output();
    }

    private void batch(String program, List<String> lines) throws IOException {
        if (!lines.isEmpty()) {
            String input = String.join("\n", lines) + "\n";
            insist(run(input, program, "-batch", "-"), program);
        }
    }

    private String output(String... command) throws IOException {
        return insist(run("", command), command[0]);
    }

    private static String insist(Tool.Result result, String program) throws IOException {
        if (result.exitCode() != 0) {
            throw new IOException(
                    "%s ended with %d: %s"
                            .formatted(program, result.exitCode(), result.output().strip()));
        }
        return result.output();
    }

    private Tool.Result run(String input, String... command) throws IOException {
        List<String> line = new ArrayList<>(prefix);
        Stream.of(command).forEach(line::add);
        return Tool.result(DEADLINE, line, input);
    }
}
