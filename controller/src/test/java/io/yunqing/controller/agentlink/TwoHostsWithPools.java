package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.PoolObserved;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
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

/** Pools of a zone of two hosts: {@code san} is said to be shared, {@code ssd} is not. */
abstract class TwoHostsWithPools {
    @Inject CertificateAuthority authority;
    @Inject AgroalDataSource dataSource;

    final Rest rest = Rest.operator();
    City city;
    FakeAgent second;

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

    void obey() {
        city.obey();
        second.obey(DomainState.RUNNING);
    }

    void says(FakeAgent agent, PoolObserved... pools) {
        FakeAgent.Answer answer = report(agent, pools);
        assertTrue(answer.status() < 300, answer.toString());
    }

    static FakeAgent.Answer report(FakeAgent agent, PoolObserved... pools) {
        agent.pools = List.of(pools);
        return agent.report(null, true, List.of());
    }

    PoolObserved seen(String pool, UUID mark, int freeGiB) {
        return new PoolObserved(id(pool), true, null, mark, use(freeGiB));
    }

    PoolObserved unseen(String pool) {
        return new PoolObserved(id(pool), false, "it is away", null, null);
    }

    static PoolUse use(int freeGiB) {
        return new PoolUse(100 << 10, (long) freeGiB << 10, 10 << 10, 0, Instant.now());
    }

    static void together(Runnable... deeds) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(deeds.length)) {
            List<Callable<Object>> calls = Stream.of(deeds).map(Executors::callable).toList();
            for (Future<Object> done : threads.invokeAll(calls)) {
                done.get();
            }
        }
    }

    Stream<PoolPlace> told(HostDesired desired) {
        return desired.pools().stream().filter(pool -> pool.name().startsWith(city.id + "-"));
    }

    void assertStatus(String pool, int seenBy, long size, long free, long written) {
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

    String condition(String pool, String type) {
        return message(pool(pool), type);
    }

    String hostCondition(String host) {
        return message(rest.get("/v1/hosts/" + host), "PoolNotSeen");
    }

    static String message(Answer of, String type) {
        for (var condition : of.at("status.conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("message").asText();
            }
        }
        return null;
    }

    Answer pool(String name) {
        return rest.get("/v1/pools/" + name(name));
    }

    UUID id(String pool) {
        return UUID.fromString(pool(pool).at("metadata.id").asText());
    }

    String name(String pool) {
        return city.id + "-" + pool;
    }

    String url(String folder) {
        return "file:///srv/%s/%s".formatted(city.id, folder);
    }

    String spec(String folder, String more) {
        return "{\"url\":\"%s\",\"zone\":\"%s\"%s}".formatted(url(folder), city.id, more);
    }

    Answer create(String name, String spec) {
        return rest.post(
                "/v1/pools",
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name(name), spec));
    }

    Answer put(String name, String spec) {
        return rest.put(
                "/v1/pools/" + name(name),
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name(name), spec),
                pool(name).etag());
    }

    String volumes() {
        return "/v1/tenants/" + city.id + "/volumes";
    }

    long providers(String pool) {
        return promising(drawn(pool));
    }

    /** Who gives its room, be it that somebody does. */
    List<UUID> drawn(String pool) {
        return select(
                "SELECT DISTINCT s.provider_id FROM pool_host s JOIN pool p ON p.id = s.pool_id WHERE p.name = ?",
                UUID.class,
                name(pool));
    }

    /** How many of them have something to promise. */
    long promising(List<UUID> providers) {
        return providers.stream()
                .flatMap(id ->
                        select(
                                "SELECT id FROM provider WHERE id = ? AND capacity <> '{}'",
                                UUID.class,
                                id)
                                .stream())
                .count();
    }

    int rows(String pool) {
        return select(
                        "SELECT s.host_id FROM pool_host s JOIN pool p ON p.id = s.pool_id WHERE p.name = ?",
                        UUID.class,
                        name(pool))
                .size();
    }

    /** How many GiB may be promised of it in all, by who gives them. */
    List<Long> limits(String pool) {
        return drawn(pool).stream()
                .flatMap(id ->
                        select(
                                "SELECT r.effective[k.position] FROM provider r, resource_kind k WHERE r.id = ? AND k.name = 'storageGiB'",
                                Long.class,
                                id)
                                .stream())
                .toList();
    }

    <T> List<T> select(String sql, Class<T> type, Object of) {
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
