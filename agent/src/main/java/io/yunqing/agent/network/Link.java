package io.yunqing.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * A network device of the host's, as far as it matters here.
 *
 * @param kind such as {@code bridge} or {@code vxlan}; empty for hardware
 * @param master the bridge that it is a port of; empty when none
 * @param up whether it is on
 * @param details of a bridge, whether its packets go through the filter for IPv4; of a VXLAN, its number, own address, port and
 *     whether it learns: in the words of {@link #bridge} and {@link #vxlan}
 */
record Link(String name, String kind, String master, int mtu, boolean up, String details) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The details of a bridge that is as it should be. */
    static String bridge(boolean filtered) {
        return "filtered " + filtered;
    }

    /** The details of a VXLAN. */
    static String vxlan(long vni, String local, int port, boolean learning) {
        return "%d from %s port %d learning %s".formatted(vni, local, port, learning);
    }

    /** The first device that an answer of {@code ip -json} names; empty when it names none. */
    static String firstName(String json) throws IOException {
        return StreamSupport.stream(array(json).spliterator(), false)
                .map(device -> device.path("ifname").asText())
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Reads what {@code ip -json -details link show} says. */
    static List<Link> parse(String json) throws IOException {
        var links = new ArrayList<Link>();
        for (JsonNode link : array(json)) {
            String kind = link.at("/linkinfo/info_kind").asText();
            JsonNode data = link.at("/linkinfo/info_data");
            links.add(
                    new Link(
                            link.path("ifname").asText(),
                            kind,
                            link.path("master").asText(),
                            link.path("mtu").asInt(),
                            StreamSupport.stream(link.path("flags").spliterator(), false)
                                    .anyMatch(flag -> flag.asText().equals("UP")),
                            details(kind, data)));
        }
        return links;
    }

    private static String details(String kind, JsonNode data) {
        return switch (kind) {
            case "bridge" -> bridge(data.path("nf_call_iptables").asInt() == 1);
            case "vxlan" ->
                    vxlan(
                            data.path("id").asLong(),
                            data.path("local").asText(),
                            data.path("port").asInt(),
                            data.path("learning").asBoolean());
            default -> "";
        };
    }

    /** To where a VXLAN sends what it does not know the place of. */
    record Flood(String vxlan, String peer) {

        static final String EVERYBODY = "00:00:00:00:00:00";

        /** Reads what {@code bridge -json fdb show} says. */
        static List<Flood> parse(String json) throws IOException {
            var floods = new ArrayList<Flood>();
            for (JsonNode entry : array(json)) {
                if (entry.path("mac").asText().equals(EVERYBODY) && entry.has("dst")) {
                    floods.add(
                            new Flood(entry.path("ifname").asText(), entry.path("dst").asText()));
                }
            }
            return floods;
        }
    }

    /** These programs say nothing at all where there is nothing to say. */
    private static JsonNode array(String json) throws IOException {
        return JSON.readTree(json.isBlank() ? "[]" : json);
    }
}
