package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.PoolObserved;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pools of a zone of two hosts: {@code san} is said to be shared, {@code ssd} is not. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class PoolTest {
    @Inject CertificateAuthority authority;
    @Inject AgroalDataSource dataSource;

    private final Rest rest = Rest.operator();
    private City city;
    private FakeAgent second;

    @BeforeEach
    void twoHostsWithPools() {
        city = new City(rest, authority.certificatePem());
        city.admitted("web");
        second = city.secondAgent();
        city.created("/v1/pools", name("san"), spec("san", ",\"shared\":true"));
        city.created("/v1/pools", name("ssd"), spec("ssd", ""));
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        if (rest.get("/v1/hosts/" + city.id + "-2").status() == 200) {
            city.replaced(
                    "/v1/hosts/" + city.id + "-2",
                    "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
        }
        city.close();
    }

    // --- What may be asked ---

    @Test
    void whereAndWhoseItIsNeverChanges() {
        for (String other :
                List.of(
                        spec("elsewhere", ",\"shared\":true"),
                        spec("san", ",\"shared\":false"),
                        spec("san", ""),
                        "{\"url\":\"%s\",\"shared\":true}".formatted(url("san")))) {
            Answer refused = put("san", other);
            assertEquals("field.immutable", refused.at("code").asText(), refused.text());
        }
        Answer changed =
                put("san", spec("san", ",\"shared\":true,\"displayName\":\"the large one\""));
        assertEquals(200, changed.status(), changed.text());
        Answer same = put("ssd", spec("ssd", ",\"shared\":false"));
        assertEquals(200, same.status(), "as it is when nothing is said of it");
    }

    @Test
    void whatCannotBeSharedOrCannotBeOtherwiseIsNotSaidToBe() {
        Answer lvm = create("bad", "{\"url\":\"lvm://vg/thin\",\"shared\":true}");
        assertEquals("spec.shared", lvm.at("errors.0.field").asText(), lvm.text());
        assertTrue(lvm.text().contains("each host's own"), lvm.text());
        Answer nfs = create("bad", "{\"url\":\"nfs://nas/export\",\"shared\":false}");
        assertEquals("spec.shared", nfs.at("errors.0.field").asText(), nfs.text());
        assertTrue(nfs.text().contains("seen by all its hosts alike"), nfs.text());
        Answer rbd = create("bad", "{\"url\":\"rbd://mon/volumes\",\"shared\":false}");
        assertEquals("spec.shared", rbd.at("errors.0.field").asText(), rbd.text());
        Answer url = create("bad", "{\"url\":\"file:///srv/../etc\"}");
        assertEquals("spec.url", url.at("errors.0.field").asText(), url.text());
        Answer zone = create("bad", "{\"url\":\"file:///srv/x\",\"zone\":\"nowhere\"}");
        assertEquals("reference.unknown", zone.at("code").asText(), zone.text());
        assertEquals(404, rest.get("/v1/pools/" + name("bad")).status());
    }

    @Test
    void noHostIsToldOfTheSamePlaceTwice() {
        Answer again = create("again", spec("san", ""));
        assertEquals("spec.url", again.at("errors.0.field").asText(), again.text());
        assertTrue(again.text().contains(name("san")), again.text());
        Answer everywhere = create("again", "{\"url\":\"%s\"}".formatted(url("san")));
        assertEquals("spec.url", everywhere.at("errors.0.field").asText(), everywhere.text());

        city.created("/v1/zones", name("other"), "{}");
        Answer elsewhere =
                create(
                        "elsewhere",
                        "{\"url\":\"%s\",\"zone\":\"%s\"}".formatted(url("san"), name("other")));
        assertEquals(201, elsewhere.status(), "other hosts have another one");

        city.created("/v1/pools", name("all"), "{\"url\":\"%s\"}".formatted(url("all")));
        Answer zones = create("again", spec("all", ""));
        assertEquals("spec.url", zones.at("errors.0.field").asText(), zones.text());
        assertEquals(204, rest.delete("/v1/pools/" + name("all")).status());
    }

    @Test
    void aPlanTellsNobody() {
        long revision = city.agent.desired(0, 0).revision();
        Answer planned =
                rest.post(
                        "/v1/pools?mode=plan",
                        "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}"
                                .formatted(name("new"), spec("new", "")));
        assertTrue(planned.status() < 300, planned.text());
        assertEquals(404, rest.get("/v1/pools/" + name("new")).status());
        assertEquals(revision, city.agent.desired(0, 0).revision());
    }

    @Test
    void whatIsUsedIsNotDeleted() {
        city.created("/v1/tiers", name("san"), "{\"pool\":\"%s\"}".formatted(name("san")));
        obey();
        city.created(
                volumes(),
                "data",
                "{\"sizeGiB\":10,\"tier\":\"%s\",\"instance\":\"web\"}".formatted(name("san")));
        Answer volumes = rest.delete("/v1/pools/" + name("san"));
        assertEquals("reference.in_use", volumes.at("code").asText(), volumes.text());
        assertTrue(volumes.text().contains(city.id + "/data"), volumes.text());
        obey();
        city.replaced(volumes() + "/data", "{\"sizeGiB\":10}");
        obey();
        assertEquals(200, rest.delete(volumes() + "/data").status());
        obey();
        Answer tiers = rest.delete("/v1/pools/" + name("san"));
        assertEquals("reference.in_use", tiers.at("code").asText(), tiers.text());
        assertEquals(204, rest.delete("/v1/tiers/" + name("san")).status());
        List<UUID> drawn = drawn("san");
        assertEquals(1, promising(drawn));
        assertEquals(204, rest.delete("/v1/pools/" + name("san")).status());
        assertEquals(0, promising(drawn), "nothing is promised of it any more");
        assertEquals(
                List.of(name("ssd")), told(city.agent.desired(0, 0)).map(PoolPlace::name).toList());
    }

    @Test
    void thePromisesFollowTheRatioAtOnce() {
        obey();
        assertEquals(List.of(100L), limits("san"));
        assertEquals(List.of(100L, 100L), limits("ssd"));
        assertEquals(200, put("ssd", spec("ssd", ",\"overcommit\":2")).status());
        assertEquals(List.of(190L, 190L), limits("ssd"), "10 written, and 90 free twice");
        assertEquals(200, put("san", spec("san", ",\"shared\":true,\"overcommit\":0.5")).status());
        assertEquals(List.of(50L), limits("san"));
    }

    // --- What hosts say ---

    @Test
    void aSharedPoolIsCountedOnceAndAnotherOneOnEachHost() {
        Answer before = pool("san");
        assertEquals(2, before.at("status.hosts").asInt(), before.text());
        assertEquals(0, before.at("status.seenBy").asInt());
        assertTrue(before.at("status").path("sizeMiB").isMissingNode(), before.text());
        String unseen = condition("san", "PoolNotSeen");
        assertTrue(
                unseen.contains("2 of its 2 hosts")
                        && unseen.contains(city.id + ", " + city.id + "-2"),
                unseen);
        obey();
        assertStatus("san", 2, 100, 90, 10);
        assertStatus("ssd", 2, 200, 180, 20);
        assertEquals("[]", pool("san").at("status.conditions").toString());
    }

    @Test
    void whatIsSaidToBeSharedAndIsNotIsNotCountedAsOne() {
        UUID first = UUID.randomUUID();
        says(city.agent, seen("san", first, 90));
        says(second, seen("san", UUID.randomUUID(), 5000));
        Answer pool = pool("san");
        assertEquals(1, pool.at("status.seenBy").asInt(), pool.text());
        assertTrue(
                condition("san", "PoolNotSeen")
                        .contains(
                                "%s-2: it is said to be shared, and is not what host %s has"
                                        .formatted(city.id, city.id)),
                pool.text());
        assertStatus("san", 1, 100, 90, 10);
        assertEquals(200, put("san", spec("san", ",\"shared\":true,\"overcommit\":1")).status());
        assertStatus("san", 1, 100, 90, 10);
        assertTrue(
                hostCondition(city.id + "-2")
                        .contains("pool %s (it is said to be shared".formatted(name("san"))));

        says(second, seen("san", first, 90));
        assertStatus("san", 2, 100, 90, 10);
        says(second, seen("san", UUID.randomUUID(), 90));
        assertEquals(
                1, pool("san").at("status.seenBy").asInt(), "it was mounted, and is not any more");
    }

    @Test
    void whatIsNotSaidToBeSharedAndIsIsNotCountedTwice() {
        UUID mark = UUID.randomUUID();
        says(city.agent, seen("ssd", mark, 90));
        says(second, seen("ssd", mark, 90));
        assertTrue(
                condition("ssd", "PoolNotSeen")
                        .contains(
                                "it is not said to be shared, and is what host %s has"
                                        .formatted(city.id)));
        assertStatus("ssd", 1, 100, 90, 10);
        assertEquals(200, put("ssd", spec("ssd", ",\"overcommit\":2")).status());
        assertEquals(1, providers("ssd"), "there is nothing to promise of");
        assertStatus("ssd", 1, 100, 90, 10);
    }

    @Test
    void ofTwoHostsThatSayDifferentThingsAtOnceOneIsHeard() throws Exception {
        for (String pool : List.of("san", "ssd")) {
            UUID mark = UUID.randomUUID();
            for (int round = 0; round < 10; round++) {
                together(() -> says(city.agent, unseen(pool)), () -> says(second, unseen(pool)));
                together(
                        () -> says(city.agent, seen(pool, mark, 90)),
                        () ->
                                says(
                                        second,
                                        seen(
                                                pool,
                                                pool.equals("san") ? UUID.randomUUID() : mark,
                                                90)));
                assertEquals(1, pool(pool).at("status.seenBy").asInt(), pool(pool).text());
            }
        }
    }

    @Test
    void whatNobodyToldOfIsNoNews() {
        obey();
        city.created("/v1/zones", name("other"), "{}");
        city.created(
                "/v1/pools",
                name("foreign"),
                "{\"url\":\"file:///srv/foreign\",\"zone\":\"%s\"}".formatted(name("other")));
        List<PoolObserved> many = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            many.add(new PoolObserved(UUID.randomUUID(), true, null, UUID.randomUUID(), use(90)));
        }
        many.add(seen("foreign", UUID.randomUUID(), 90));
        many.add(seen("san", id("san"), 80));
        says(city.agent, many.toArray(PoolObserved[]::new));
        assertEquals(0, pool("foreign").at("status.seenBy").asInt());
        assertEquals(0, rows("foreign"));
        assertStatus("san", 2, 100, 80, 10);
        assertEquals(2, rows("ssd"), "what is not named is no news");
    }

    @Test
    void numbersThatNoPoolHasAreRefused() {
        obey();
        for (PoolUse absurd :
                List.of(
                        new PoolUse(Long.MAX_VALUE, 0, 0, 0, Instant.now()),
                        new PoolUse(1, Long.MAX_VALUE, 0, 0, Instant.now()),
                        new PoolUse(-1, 0, 0, 0, Instant.now()))) {
            FakeAgent.Answer refused =
                    report(city.agent, new PoolObserved(id("san"), true, null, id("san"), absurd));
            assertEquals(422, refused.status(), refused.toString());
        }
        assertStatus("san", 2, 100, 90, 10);
        long most = 1L << 44;
        says(
                city.agent,
                new PoolObserved(
                        id("ssd"),
                        true,
                        null,
                        null,
                        new PoolUse(most, most, most, 0, Instant.now())));
        assertEquals(most + (100 << 10), pool("ssd").at("status.sizeMiB").asLong());
    }

    @Test
    void aPoolThatFillsSaysSoAndWhenItIsNearlyFullNothingNewComesThere() {
        obey();
        says(city.agent, seen("ssd", city.agent.start, 24));
        assertEquals("less than 25 % is free on 1 of 2 hosts", condition("ssd", "PoolFilling"));
        says(city.agent, seen("ssd", city.agent.start, 9));
        assertTrue(
                condition("ssd", "PoolNearlyFull")
                        .startsWith("less than 10 % is free on 1 of 2 hosts"));
        assertNull(condition("ssd", "PoolFilling"), "it is said once");
        obey();
        assertEquals("[]", pool("ssd").at("status.conditions").toString());
    }

    @Test
    void moreThanThereIsToWriteOnIsSaid() {
        city.created("/v1/tiers", name("san"), "{\"pool\":\"%s\"}".formatted(name("san")));
        obey();
        city.created(
                volumes(),
                "data",
                "{\"sizeGiB\":40,\"tier\":\"%s\",\"instance\":\"web\"}".formatted(name("san")));
        assertNull(condition("san", "PoolOverPromised"));
        says(city.agent, seen("san", id("san"), 26), seen("ssd", city.agent.start, 90));
        assertNotEquals(null, condition("san", "PoolOverPromised"), pool("san").text());
    }

    @Test
    void whatAHostDoesNotSeeItSaysItself() {
        obey();
        assertNull(hostCondition(city.id));
        says(city.agent, new PoolObserved(id("ssd"), false, "/srv is not mounted", null, null));
        String condition = hostCondition(city.id);
        assertTrue(
                condition.startsWith(
                        "it does not see pool %s (/srv is not mounted)".formatted(name("ssd"))),
                condition);
        assertFalse(condition.contains(name("san")), condition);
        assertEquals(1, pool("ssd").at("status.seenBy").asInt());
    }

    // --- Hosts that come and go ---

    @Test
    void withAHostGoesWhatItAloneHad() {
        obey();
        assertEquals(2, providers("ssd"));
        assertEquals(1, providers("san"));
        List<UUID> drawn = drawn("ssd");
        assertEquals(204, rest.delete("/v1/hosts/" + city.id + "-2").status());
        assertEquals(1, promising(drawn), "what may be promised of it is gone as well");
        assertStatus("ssd", 1, 100, 90, 10);
        assertStatus("san", 1, 100, 90, 10);
    }

    @Test
    void aHostThatIsMovedIsToldOfTheOtherZonesPools() {
        obey();
        String other = name("other");
        city.created("/v1/zones", other, "{}");
        city.created(
                "/v1/pools",
                name("there"),
                "{\"url\":\"%s\",\"zone\":\"%s\"}".formatted(url("ssd"), other));
        long known = second.desired(0, 0).revision();
        assertNull(second.desired(known, 0).pools(), "nothing is new");
        List<UUID> drawn = drawn("ssd");
        PoolObserved late = seen("ssd", second.start, 90);
        city.replaced("/v1/hosts/" + city.id + "-2", "{\"zone\":\"%s\"}".formatted(other));
        HostDesired moved = second.desired(known, 0);
        assertTrue(moved.revision() > known);
        assertEquals(List.of(name("there")), told(moved).map(PoolPlace::name).toList());
        assertEquals(1, promising(drawn));
        says(second, late);
        assertEquals(1, pool("ssd").at("status.seenBy").asInt(), "it speaks of what it had");
        assertStatus("ssd", 1, 100, 90, 10);
        second.obey(DomainState.RUNNING);
        assertStatus("there", 1, 100, 90, 10);
        city.replaced("/v1/hosts/" + city.id + "-2", "{\"zone\":\"%s\"}".formatted(city.id));
    }

    // --- Words ---

    private void obey() {
        city.obey();
        second.obey(DomainState.RUNNING);
    }

    private void says(FakeAgent agent, PoolObserved... pools) {
        FakeAgent.Answer answer = report(agent, pools);
        assertTrue(answer.status() < 300, answer.toString());
    }

    private static FakeAgent.Answer report(FakeAgent agent, PoolObserved... pools) {
        agent.pools = List.of(pools);
        return agent.report(null, true, List.of());
    }

    private PoolObserved seen(String pool, UUID mark, int freeGiB) {
        return new PoolObserved(id(pool), true, null, mark, use(freeGiB));
    }

    private PoolObserved unseen(String pool) {
        return new PoolObserved(id(pool), false, "it is away", null, null);
    }

    private static PoolUse use(int freeGiB) {
        return new PoolUse(100 << 10, (long) freeGiB << 10, 10 << 10, 0, Instant.now());
    }

    private static void together(Runnable... deeds) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(deeds.length)) {
            List<Callable<Object>> calls = Stream.of(deeds).map(Executors::callable).toList();
            for (Future<Object> done : threads.invokeAll(calls)) {
                done.get();
            }
        }
    }

    private Stream<PoolPlace> told(HostDesired desired) {
        return desired.pools().stream().filter(pool -> pool.name().startsWith(city.id + "-"));
    }

    private void assertStatus(String pool, int seenBy, long size, long free, long written) {
        Answer found = pool(pool);
        assertEquals(
                "%d %d %d %d".formatted(seenBy, size << 10, free << 10, written << 10),
                "%s %s %s %s"
                        .formatted(
                                found.at("status.seenBy"),
                                found.at("status.sizeMiB"),
                                found.at("status.freeMiB"),
                                found.at("status.writtenMiB")),
                found.text());
    }

    private String condition(String pool, String type) {
        return message(pool(pool), type);
    }

    private String hostCondition(String host) {
        return message(rest.get("/v1/hosts/" + host), "PoolNotSeen");
    }

    private static String message(Answer of, String type) {
        for (var condition : of.at("status.conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("message").asText();
            }
        }
        return null;
    }

    private Answer pool(String name) {
        return rest.get("/v1/pools/" + name(name));
    }

    private UUID id(String pool) {
        return UUID.fromString(pool(pool).at("metadata.id").asText());
    }

    private String name(String pool) {
        return city.id + "-" + pool;
    }

    private String url(String folder) {
        return "file:///srv/%s/%s".formatted(city.id, folder);
    }

    private String spec(String folder, String more) {
        return "{\"url\":\"%s\",\"zone\":\"%s\"%s}".formatted(url(folder), city.id, more);
    }

    private Answer create(String name, String spec) {
        return rest.post(
                "/v1/pools",
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name(name), spec));
    }

    private Answer put(String name, String spec) {
        return rest.put(
                "/v1/pools/" + name(name),
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name(name), spec),
                pool(name).etag());
    }

    private String volumes() {
        return "/v1/tenants/" + city.id + "/volumes";
    }

    private long providers(String pool) {
        return promising(drawn(pool));
    }

    /** Who gives its room, be it that somebody does. */
    private List<UUID> drawn(String pool) {
        return select(
                "SELECT DISTINCT s.provider_id FROM pool_host s JOIN pool p ON p.id = s.pool_id WHERE p.name = ?",
                UUID.class,
                name(pool));
    }

    /** How many of them have something to promise. */
    private long promising(List<UUID> providers) {
        return providers.stream()
                .flatMap(id ->
                        select(
                                "SELECT id FROM provider WHERE id = ? AND capacity <> '{}'",
                                UUID.class,
                                id)
                                .stream())
                .count();
    }

    private int rows(String pool) {
        return select(
                        "SELECT s.host_id FROM pool_host s JOIN pool p ON p.id = s.pool_id WHERE p.name = ?",
                        UUID.class,
                        name(pool))
                .size();
    }

    /** How many GiB may be promised of it in all, by who gives them. */
    private List<Long> limits(String pool) {
        return drawn(pool).stream()
                .flatMap(id ->
                        select(
                                "SELECT r.effective[k.position] FROM provider r, resource_kind k WHERE r.id = ? AND k.name = 'storageGiB'",
                                Long.class,
                                id)
                                .stream())
                .toList();
    }

    private <T> List<T> select(String sql, Class<T> type, Object of) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, of);
            List<T> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getObject(1, type));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
