package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Testbed;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Networks of two tenants that have the same addresses, over two hosts, with guests that say whom they reach. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NetworkIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(2);

    private static final Duration BOOT = Duration.ofSeconds(60);
    private static final String OTHER_TENANT = "business-registration-test";

    /** Waits for the first guest, which has 10.0.0.1, and then speaks as somebody else. */
    private static final String SECOND =
            """
            #!/bin/sh
            answers() { ping -c 1 -W 1 "$@" >/dev/null 2>&1; }
            until answers 10.0.0.1; do sleep 0.2; done
            echo "10.0.0.1 answers"
            answers 198.51.100.1 && echo "the world outside answers"
            connects() { echo hello | nc -w 2 10.0.0.1 $1 >/dev/null 2>&1; }
            until connects 8080; do sleep 0.2; done
            echo "port 8080 of 10.0.0.1 answers"
            connects 80 || echo "port 80 of 10.0.0.1 does not answer"
            ip addr add 10.0.0.99/24 dev eth0
            answers -I 10.0.0.99 10.0.0.1 || answers -I 10.0.0.99 10.0.0.1 || echo "nobody answers 10.0.0.99"
            ip addr del 10.0.0.99/24 dev eth0
            ip link set eth0 down
            ip link set eth0 address 52:54:00:99:99:99
            ip link set eth0 up
            answers 10.0.0.1 || answers 10.0.0.1 || echo "nobody answers another interface"
            """;

    /** Listens alike on a port that the rules allow and on one that they do not. */
    private static final String FIRST =
            """
            #!/bin/sh
            for port in 80 8080; do
                while true; do nc -l -p $port >/dev/null; done &
            done
            """;

    /**
     * Of the other tenant: it has the first guest's address, and once its own network carries it as far as its gateway,
     * looks for the second guest, which is on its own host.
     */
    private static final String STRANGER =
            """
            #!/bin/sh
            until ping -c 1 -W 1 10.0.0.253 >/dev/null 2>&1; do sleep 0.2; done
            echo "10.0.0.253 answers"
            ping -c 2 -W 1 10.0.0.2 >/dev/null 2>&1 && echo "10.0.0.2 answers" || echo "10.0.0.2 does not answer"
            """;

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;
    private final Testbed testbed;

    NetworkIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
        testbed = cloud.testbed();
    }

    @Test
    @Order(1)
    void guestsOfOneNetworkReachEachOtherOverHostsAndTheirGateway() throws IOException {
        network(
                Cloud.TENANT,
                "--rule",
                "icmp",
                "--rule",
                "tcp:8080",
                "--gateway",
                "10.0.0.254",
                "--gateway-underlay",
                Testbed.underlay(254));
        addGateway(Cloud.TENANT, "gateway", "10.0.0.254/24");
        testbed.wire("ip", "link", "set", "lo", "up");
        testbed.wire("ip", "addr", "add", "198.51.100.1/32", "dev", "lo");
        create(Cloud.TENANT, "first", "futian", FIRST);
        create(Cloud.TENANT, "second", "baoan", SECOND);
        awaitLine(Cloud.TENANT, "second", "10.0.0.1 answers");
        awaitLine(Cloud.TENANT, "second", "the world outside answers");
    }

    @Test
    @Order(2)
    void guestsOfTwoTenantsDoNotThoughTheyHaveTheSameAddresses() throws IOException {
        yqctl.ok(
                "tenant",
                "create",
                OTHER_TENANT,
                "--application",
                "business-registration",
                "--environment",
                "test",
                "--limit",
                "vcpus=1",
                "--limit",
                "memoryMiB=128",
                "--limit",
                "storageGiB=1");
        network(
                OTHER_TENANT,
                "--gateway",
                "10.0.0.253",
                "--gateway-underlay",
                Testbed.underlay(254));
        addGateway(OTHER_TENANT, "others", "10.0.0.253/32");
        testbed.wire("ip", "route", "add", "10.0.0.1/32", "dev", "others");
        create(OTHER_TENANT, "stranger", "baoan", STRANGER);
        assertEquals("10.0.0.1/24", address(OTHER_TENANT, "stranger"));
        awaitLine(OTHER_TENANT, "stranger", "10.0.0.253 answers");
        awaitLine(OTHER_TENANT, "stranger", "10.0.0.2 does not answer");
    }

    @Test
    @Order(3)
    void nobodyIsReachedAgainstTheRulesOrAsSomebodyElse() {
        awaitLine(Cloud.TENANT, "second", "port 8080 of 10.0.0.1 answers");
        awaitLine(Cloud.TENANT, "second", "port 80 of 10.0.0.1 does not answer");
        awaitLine(Cloud.TENANT, "second", "nobody answers 10.0.0.99");
        awaitLine(Cloud.TENANT, "second", "nobody answers another interface");
    }

    @Test
    @Order(4)
    void whatSomebodyTookAwayIsMadeAnewAfterAKillOfTheAgent() throws IOException {
        int host = 1;
        cloud.agent(host).kill();
        testbed.exec(host, "nft", "delete", "table", "bridge", "yunqing");
        testbed.exec(host, "ip", "link", "add", "yqn8000", "type", "bridge");
        cloud.agent(host).start();
        Until.holds(
                "the filter is there again",
                BOOT,
                () -> testbed.exec(host, "nft", "list", "tables").contains("bridge yunqing"));
        Until.holds("a stale bridge of ours is gone", BOOT, () -> !links(host).contains("yqn8000"));
        assertTrue(links(host).contains("yqbr0"), "others' bridges are not touched");
    }

    @Test
    @Order(5)
    void nothingIsLeftOfThem() throws IOException {
        yqctl.ok("instance", "delete", "first", "second", "--yes", "--wait=60s");
        yqctl.ok("instance", "delete", OTHER_TENANT + "/stranger", "--yes", "--wait=60s");
        yqctl.ok("network", "delete", "lan", "--yes");
        for (int host = 1; host <= cloud.hosts(); host++) {
            int number = host;
            Until.holds(
                    "host " + host + " has no bridge and no VXLAN of ours",
                    BOOT,
                    () -> !links(number).matches("(?s).*yq[nx][0-9a-f]{4}.*"),
                    () -> describe(number));
        }
        assertTrue(rest.get("/v1/doctor").body().path("healthy").asBoolean());
    }

    /** A machine beside the hosts, on their wire, with an end of a network's VXLAN. */
    private void addGateway(String tenant, String link, String address) throws IOException {
        String vni =
                rest.get("/v1/tenants/" + tenant + "/networks/lan")
                        .body()
                        .path("status")
                        .path("vni")
                        .asText();
        String underlay = Testbed.underlay(254);
        for (String command :
                List.of(
                        "ip addr replace " + underlay + "/24 dev wire",
                        "ip link add %s type vxlan id %s local %s dstport 4789"
                                .formatted(link, vni, underlay),
                        "ip addr add " + address + " dev " + link,
                        "ip link set " + link + " mtu 1450 up",
                        flood(link, 1),
                        flood(link, 2))) {
            testbed.wire(command.split(" "));
        }
    }

    private static String flood(String link, int host) {
        return "bridge fdb append 00:00:00:00:00:00 dev %s dst %s"
                .formatted(link, Testbed.underlay(host));
    }

    private void network(String tenant, String... more) throws IOException {
        List<String> line =
                new ArrayList<>(
                        List.of("network", "create", tenant + "/lan", "--cidr", "10.0.0.0/24"));
        line.addAll(List.of(more));
        yqctl.ok(line.toArray(String[]::new));
    }

    private void create(String tenant, String name, String zone, String userData)
            throws IOException {
        Path script = Files.writeString(cloud.folder().resolve(name), userData);
        yqctl.ok(
                "instance",
                "create",
                tenant + "/" + name,
                "--flavor",
                "tiny",
                "--image",
                "yunqing-guest",
                "--network",
                "lan",
                "--zone",
                zone,
                "--user-data",
                "@" + script);
    }

    private String address(String tenant, String instance) throws IOException {
        JsonNode found = rest.get("/v1/tenants/%s/instances/%s".formatted(tenant, instance)).body();
        return found.path("status").path("addresses").path(0).path("ip").asText();
    }

    private void awaitLine(String tenant, String instance, String line) {
        Until.holds(
                "the console of " + instance + " says " + line,
                BOOT,
                () -> yqctl.ok("instance", "log", tenant + "/" + instance).contains(line));
    }

    private String links(int host) throws IOException {
        return testbed.exec(host, "ip", "-brief", "link");
    }

    private String describe(int host) {
        try {
            return links(host);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
