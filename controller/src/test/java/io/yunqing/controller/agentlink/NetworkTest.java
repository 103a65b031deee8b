package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.HostInventory;
import io.yunqing.api.NetworkRule;
import io.yunqing.api.NetworkRule.Protocol;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired.Nic;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.NetworkDesired.Port;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks of a tenant, on two hosts of one zone. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class NetworkTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";

    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void newCity() {
        city = new City(rest, authority.certificatePem());
        reachAt(city.agent, FIRST);
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void aLifeFromNothingToNothing() {
        Answer made = create("lan", "{\"cidr\":\"10.9.0.0/24\"}");
        assertEquals(201, made.status(), made.text());
        int vni = made.at("status.vni").asInt();
        assertTrue(vni >= NetworkDesired.FIRST_VNI && vni <= NetworkDesired.LAST_VNI, made.text());
        assertEquals(254, made.at("status.free").asLong());
        Answer instance = rest.post(instances(), attached("web", "lan"));
        assertEquals(201, instance.status(), instance.text());
        assertEquals("10.9.0.1/24", instance.at("status.addresses.0.ip").asText());
        assertEquals(instance.body(), rest.get(city.path("web")).body());
        assertEquals(
                0,
                rest.get("/v1/hosts/" + city.id).at("status.capacity.addresses.used").asLong(),
                "it takes none of its host's own addresses");
        String mac = instance.at("status.addresses.0.mac").asText();
        HostDesired asked = city.agent.desired(0, 0);
        assertEquals(new Nic(mac, "10.9.0.1/24", null, vni), asked.instances().getFirst().nic());
        assertEquals(
                List.of(
                        new NetworkDesired(
                                vni,
                                "10.9.0.0/24",
                                List.of(),
                                List.of(NetworkRule.SAME_NETWORK),
                                List.of(
                                        new Port(
                                                asked.instances().getFirst().id(),
                                                mac,
                                                "10.9.0.1")))),
                asked.networks());
        city.obey();
        assertNull(
                city.agent.desired(asked.revision(), 0).networks(),
                "nothing of them has changed since");
        assertEquals("reference.in_use", code(delete("lan")));
        assertEquals(1, rest.get(path("lan")).at("status.instances").asInt());
        assertEquals(200, rest.send("DELETE", city.path("web"), null, any()).status());
        assertEquals(
                1,
                city.agent.desired(0, 0).networks().getFirst().ports().size(),
                "until its host says that it is gone, it may still speak");
        city.obey();
        assertEquals(List.of(), city.agent.desired(0, 0).networks());
        assertEquals(254, rest.get(path("lan")).at("status.free").asLong());
        assertEquals(204, delete("lan").status());
        Answer again = create("lan", "{\"cidr\":\"10.9.0.0/24\"}");
        assertNotEquals(vni, again.at("status.vni").asInt(), "a number is not given again at once");
    }

    @Test
    void hostsAreToldWhenOthersComeGoAndMove() {
        FakeAgent second = secondHost();
        create("lan", "{\"cidr\":\"10.9.0.0/24\"}");
        apart();
        String host = rest.post(instances(), member("one")).at("status.host").asText();
        FakeAgent here = host.equals(city.id) ? city.agent : second;
        FakeAgent there = host.equals(city.id) ? second : city.agent;
        String thereAt = host.equals(city.id) ? SECOND : FIRST;
        String hereAt = host.equals(city.id) ? FIRST : SECOND;
        here.obey(DomainState.RUNNING);
        assertEquals(List.of(), peers(here.desired(0, 0)));
        long before = here.desired(0, 0).revision();

        rest.post(instances(), member("two"));
        HostDesired news = here.desired(before, 0);
        assertEquals(List.of(thereAt), peers(news));
        assertEquals(List.of(), news.instances(), "nothing of its own instances has changed");
        assertEquals(List.of(hereAt), peers(there.desired(0, 0)));
        assertEquals(
                List.of("10.9.0.2"),
                there.desired(0, 0).networks().getFirst().ports().stream()
                        .map(Port::address)
                        .toList());

        long told = there.desired(0, 0).revision();
        city.replaced(
                path("lan"),
                "{\"cidr\":\"10.9.0.0/24\",\"rules\":[{\"protocol\":\"TCP\",\"ports\":\"443\",\"source\":\"0.0.0.0/0\"}]}");
        assertEquals(
                List.of(new NetworkRule(Protocol.TCP, "443", "0.0.0.0/0")),
                there.desired(told, 0).networks().getFirst().rules());
        assertTrue(here.desired(news.revision(), 0).networks() != null, "all in it are told");

        told = here.desired(0, 0).revision();
        reachAt(there, "192.0.2.77");
        assertEquals(List.of("192.0.2.77"), peers(here.desired(told, 0)));

        told = here.desired(0, 0).revision();
        rest.send("DELETE", city.path("two"), null, any());
        assertNull(here.desired(told, 0).networks(), "it is there until its host says otherwise");
        there.obey(DomainState.RUNNING);
        assertEquals(List.of(), peers(here.desired(told, 0)));
        assertEquals(List.of(), there.desired(0, 0).networks());
        close(city.id + "-2");
    }

    @Test
    void aHostThatNetworksDoNotReachTakesNone() {
        city.agent.report(inventory(), true, List.of());
        create("lan", "{\"cidr\":\"10.9.0.0/24\"}");
        Answer refused = rest.post(instances(), attached("web", "lan"));
        assertEquals("placement.no_host", code(refused), refused.text());
        assertTrue(refused.at("explanation.turnedAway").has("network"), refused.text());
        assertTrue(refused.text().contains("start its agent with --underlay"), refused.text());
        city.admitted("plain");
    }

    @Test
    void whatHindersAHostIsSaidOfIt() {
        city.agent.networkFault = "nft ended with 1: no";
        city.obey();
        Answer host = rest.get("/v1/hosts/" + city.id);
        assertEquals("NetworksUnmade", host.at("status.conditions.0.type").asText(), host.text());
        assertTrue(host.text().contains("nft ended with 1: no"), host.text());
        city.agent.networkFault = null;
        city.obey();
        assertTrue(rest.get("/v1/hosts/" + city.id).at("status.conditions").isEmpty());
    }

    @Test
    void aNetworkThatIsFullSaysSo() {
        create(
                "lan",
                "{\"cidr\":\"10.9.0.0/28\",\"gateway\":\"10.9.0.1\",\"gatewayUnderlay\":\"192.0.2.9\"}");
        Answer full =
                rest.post(
                        "/v1/tenants/" + city.id + "/instance-sets",
                        attached("web", "lan").replace("\"spec\"", "\"count\":14,\"spec\""));
        assertEquals("field.invalid", code(full), full.text());
        assertEquals("spec.network", full.at("errors.0.field").asText());
        assertEquals("13", full.at("errors.0.limit").asText());
        rest.post(instances(), attached("web", "lan"));
        HostDesired asked = city.agent.desired(0, 0);
        assertEquals("10.9.0.1", asked.instances().getFirst().nic().gateway());
        assertEquals("10.9.0.2/28", asked.instances().getFirst().nic().address());
        assertEquals(List.of("192.0.2.9"), peers(asked), "the gateway is one more end");
        Answer changed =
                rest.put(
                        path("lan"),
                        "{\"metadata\":{\"name\":\"lan\"},\"spec\":{\"cidr\":\"10.9.0.0/28\"}}",
                        rest.get(path("lan")).etag());
        assertEquals("field.immutable", code(changed), changed.text());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"cidr\":\"10.9.0.0\"} | spec.cidr",
                "{\"cidr\":\"10.9.0.7/24\"} | spec.cidr",
                "{\"cidr\":\"10.0.0.0/15\"} | spec.cidr",
                "{\"cidr\":\"10.9.0.0/29\"} | spec.cidr",
                "{\"cidr\":\"fd00::/64\"} | spec.cidr",
                "{\"cidr\":\"10.9.0.0/24\",\"gateway\":\"10.9.1.1\",\"gatewayUnderlay\":\"192.0.2.9\"} | spec.gateway",
                "{\"cidr\":\"10.9.0.0/24\",\"gateway\":\"10.9.0.255\",\"gatewayUnderlay\":\"192.0.2.9\"} | spec.gateway",
                "{\"cidr\":\"10.9.0.0/24\",\"gateway\":\"10.9.0.1\"} | spec.gatewayUnderlay",
                "{\"cidr\":\"10.9.0.0/24\",\"gatewayUnderlay\":\"192.0.2.9\"} | spec.gateway",
                "{\"cidr\":\"10.9.0.0/24\",\"rules\":[{\"protocol\":\"ICMP\",\"ports\":\"8\"}]} | spec.rules[0].ports",
                "{\"cidr\":\"10.9.0.0/24\",\"rules\":[{\"protocol\":\"TCP\",\"ports\":\"90-80\"}]} | spec.rules[0].ports",
                "{\"cidr\":\"10.9.0.0/24\",\"rules\":[{\"protocol\":\"TCP\",\"ports\":\"0\"}]} | spec.rules[0].ports",
                "{\"cidr\":\"10.9.0.0/24\",\"rules\":[{\"protocol\":\"ANY\",\"source\":\"10.0.0.1/8\"}]} | spec.rules[0].source",
            })
    void nonsenseIsRefused(String spec, String field) {
        Answer refused = create("lan", spec);
        assertEquals(422, refused.status(), refused.text());
        assertEquals(field, refused.at("errors.0.field").asText(), refused.text());
        assertTrue(!refused.at("remedy").asText().isEmpty(), refused.text());
    }

    @Test
    void anUnknownNetworkIsRefusedAndANetworkIsForGood() {
        Answer unknown = rest.post(instances(), attached("web", "nowhere"));
        assertEquals("reference.unknown", code(unknown), unknown.text());
        create("lan", "{\"cidr\":\"10.9.0.0/24\"}");
        rest.post(instances(), attached("web", "lan"));
        Answer moved =
                rest.put(city.path("web"), city.body("web"), rest.get(city.path("web")).etag());
        assertEquals("field.immutable", code(moved), moved.text());
        Answer tenant = rest.send("DELETE", "/v1/tenants/" + city.id, null, any());
        assertEquals("reference.in_use", code(tenant), tenant.text());
    }

    @Test
    void manyAtOnceGetNumbersAndAddressesOfTheirOwn() throws Exception {
        Set<Integer> numbers = new HashSet<>();
        for (Answer made : atOnce(IntStream.range(0, 8).mapToObj(i -> call("lan-" + i)).toList())) {
            assertEquals(201, made.status(), made.text());
            numbers.add(made.at("status.vni").asInt());
        }
        assertEquals(8, numbers.size());
        Set<String> addresses = new HashSet<>();
        for (Answer made :
                atOnce(
                        IntStream.range(0, 4)
                                .<Callable<Answer>>mapToObj(i ->
                                        () -> rest.post(instances(), attached("web-" + i, "lan-0")))
                                .toList())) {
            assertEquals(201, made.status(), made.text());
            addresses.add(made.at("status.addresses.0.ip").asText());
        }
        assertEquals(Set.of("10.9.0.1/24", "10.9.0.2/24", "10.9.0.3/24", "10.9.0.4/24"), addresses);
    }

    /** What a host is told of networks, taken in piece by piece as an agent does. */
    private static final class Follower {
        private final FakeAgent agent;
        private long after;
        private List<NetworkDesired> networks = List.of();

        Follower(FakeAgent agent) {
            this.agent = agent;
        }

        /** Hears what is new, and does all that is wished. */
        void follow() {
            HostDesired news = agent.desired(after, 0);
            after = news.revision();
            networks = news.networks() == null ? networks : news.networks();
            assertEquals(200, agent.obey(DomainState.RUNNING).status());
        }
    }

    @Test
    void whoeverComesAndGoesAtOnceHostsKnowItInTheEnd() throws Exception {
        List<Follower> hosts = List.of(new Follower(city.agent), new Follower(secondHost()));
        create("lan-0", "{\"cidr\":\"10.9.0.0/24\"}");
        create("lan-1", "{\"cidr\":\"10.9.0.0/24\"}");
        AtomicInteger admitted = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService callers = Executors.newFixedThreadPool(5)) {
            List<Future<?>> agents = new ArrayList<>();
            for (Follower host : hosts) {
                agents.add(
                        callers.submit(() -> {
                            while (!over.get()) {
                                host.follow();
                            }
                        }));
            }
            List<Future<?>> clients = new ArrayList<>();
            for (int client = 0; client < 3; client++) {
                int number = client;
                clients.add(callers.submit(() -> comeAndGo(number, admitted)));
            }
            for (Future<?> client : clients) {
                client.get();
            }
            over.set(true);
            for (Future<?> agent : agents) {
                agent.get();
            }
        }
        assertTrue(admitted.get() > 0, "some were admitted");
        for (int again = 0; again < 2; again++) {
            hosts.forEach(Follower::follow);
        }
        for (Follower host : hosts) {
            assertEquals(host.agent.desired(0, 0).networks(), host.networks);
        }
        close(city.id + "-2");
    }

    /** Instances of one client, one after the other; the last one stays. */
    private void comeAndGo(int client, AtomicInteger admitted) {
        for (int round = 0; round < 8; round++) {
            String name = "web-%d-%d".formatted(client, round);
            Answer made = rest.post(instances(), attached(name, "lan-" + round % 2));
            boolean full = code(made).equals("quota.exceeded");
            assertTrue(made.status() == 201 || full, made.text());
            if (made.status() == 201) {
                admitted.incrementAndGet();
                if (round < 7) {
                    assertEquals(200, rest.send("DELETE", city.path(name), null, any()).status());
                }
            }
        }
    }

    private Callable<Answer> call(String name) {
        return () -> create(name, "{\"cidr\":\"10.9.0.0/24\"}");
    }

    private static List<Answer> atOnce(List<Callable<Answer>> calls) throws Exception {
        try (ExecutorService callers = Executors.newFixedThreadPool(calls.size())) {
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : callers.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    private FakeAgent secondHost() {
        String name = city.id + "-2";
        city.created(
                "/v1/hosts",
                name,
                "{\"zone\":\"%s\",\"overcommit\":{\"vcpus\":4}}".formatted(city.id));
        FakeAgent second =
                FakeAgent.reporting(rest, authority.certificatePem(), name, "10.8.0.0/24", 2, 4608);
        reachAt(second, SECOND);
        return second;
    }

    private void close(String host) {
        city.replaced(
                "/v1/hosts/" + host, "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
    }

    private void apart() {
        city.created(
                "/v1/tenants/" + city.id + "/placement-groups",
                "apart",
                "{\"policy\":\"APART\",\"scope\":\"HOST\"}");
    }

    private static HostInventory inventory() {
        return FakeAgent.inventory("10.8.0.0/24", 2, 4608);
    }

    private static void reachAt(FakeAgent agent, String underlay) {
        assertEquals(
                200,
                agent.obey(DomainState.RUNNING, FakeAgent.reachable(inventory(), underlay))
                        .status());
    }

    private static List<String> peers(HostDesired desired) {
        return desired.networks().getFirst().peers();
    }

    private String attached(String name, String network) {
        return city.body(name).replace("\"zone\"", "\"network\":\"" + network + "\",\"zone\"");
    }

    private String member(String name) {
        return attached(name, "lan").replace("\"zone\"", "\"group\":\"apart\",\"zone\"");
    }

    private Answer create(String name, String spec) {
        return rest.post(
                "/v1/tenants/" + city.id + "/networks",
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name, spec));
    }

    private Answer delete(String name) {
        return rest.send("DELETE", path(name), null, any());
    }

    private static Map<String, String> any() {
        return Map.of("If-Match", "*");
    }

    private String instances() {
        return "/v1/tenants/" + city.id + "/instances";
    }

    private String path(String name) {
        return "/v1/tenants/" + city.id + "/networks/" + name;
    }

    private static String code(Answer answer) {
        return answer.at("code").asText();
    }
}
