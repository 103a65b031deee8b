package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.PoolObserved;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What hosts say of pools, and what becomes of it. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class PoolReportTest extends TwoHostsWithPools {
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
}
