package io.yunqing.controller.platform;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.Tuple;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.hibernate.Session;

/**
 * Same key, same answer: the answer is stored in the transaction of the request it answers, so there is never one without the
 * other. Two requests with one key at the same time: the second waits for the first on the key's row.
 */
@ApplicationScoped
public class Idempotency {
    /** How long a key is remembered. */
    static final Duration MEMORY = Duration.ofDays(1);

    private static final int FORGOTTEN_AT_ONCE = 2_000;
    private static final int MOST_BATCHES = 50;

    private final Session em;
    private final Sql sql;
    private final InstantSource clock;
    private final Caller caller;

    Idempotency(Session em, Sql sql, InstantSource clock, Caller caller) {
        this.sql = sql;
        this.em = em;
        this.clock = clock;
        this.caller = caller;
    }

    /**
     * Takes the key for this request, or finds the answer given before.
     *
     * @param fingerprint a digest of everything the request asks
     */
    Optional<Response> claim(String key, String fingerprint) {
        byte[] request = fingerprint.getBytes(StandardCharsets.US_ASCII);
        int claimed =
                em.createNativeMutationQuery(
                                """
                                INSERT INTO idempotency (actor, key, request, created)
                                VALUES (:actor, :key, :request, :now)
                                ON CONFLICT (actor, key) DO UPDATE
                                    SET request = excluded.request, created = excluded.created, status = NULL, body = NULL
                                    WHERE idempotency.created < :forgotten
                                """)
                        .setParameter("actor", caller.name())
                        .setParameter("key", key)
                        .setParameter("request", request)
                        .setParameter("now", clock.instant())
                        .setParameter("forgotten", clock.instant().minus(MEMORY))
                        .executeUpdate();
        if (claimed == 1) {
            return Optional.empty();
        }
        Tuple earlier =
                em.createNativeQuery(
                                "SELECT request, status, etag, body FROM idempotency WHERE actor = :actor AND key = :key",
                                Tuple.class)
                        .setParameter("actor", caller.name())
                        .setParameter("key", key)
                        .getSingleResult();
        return Optional.of(
                new Earlier(
                                new String(
                                        (byte[]) earlier.get("request"), StandardCharsets.US_ASCII),
                                (Integer) earlier.get("status"),
                                (String) earlier.get("etag"),
                                (String) earlier.get("body"))
                        .answer(new Claim(caller.name(), key, fingerprint)));
    }

    void remember(String key, int status, String etag, String body) {
        em.createNativeMutationQuery(
                        """
                        UPDATE idempotency SET status = :status, etag = :etag, body = :body
                        WHERE actor = :actor AND key = :key
                        """)
                .setParameter("status", status)
                .setParameter("etag", etag)
                .setParameter("body", body)
                .setParameter("actor", caller.name())
                .setParameter("key", key)
                .executeUpdate();
    }

    /**
     * A key that a request names.
     *
     * @param fingerprint a digest of everything the request asks
     */
    public record Claim(String actor, String key, String fingerprint) {
        /** Names the key among those of all actors. */
        public String id() {
            return actor + "\n" + key;
        }
    }

    /** The answer that was given to a key before. */
    public record Earlier(String fingerprint, int status, String etag, String body) {
        /**
         * The answer again.
         *
         * @throws ProblemException if it was given to another request
         */
        public Response answer(Claim claim) {
            if (!fingerprint.equals(claim.fingerprint)) {
                throw reused(claim.key);
            }
            return Response.status(status)
                    .header("ETag", etag)
                    .header("Idempotent-Replay", "true")
                    .type(MediaType.APPLICATION_JSON_TYPE)
                    .entity(body)
                    .build();
        }
    }

    /** Adds the statement that finds the claims which were answered before, by their ids. */
    public void find(RoundTrip trip, List<Claim> claims, BiConsumer<String, Earlier> found) {
        if (claims.isEmpty()) {
            return;
        }
        trip.read(
                """
                SELECT i.* FROM unnest(?, ?) AS claim (actor, key)
                JOIN idempotency i ON i.actor = claim.actor AND i.key = claim.key AND i.created >= ?
                """,
                row ->
                        found.accept(
                                new Claim(row.getString("actor"), row.getString("key"), "").id(),
                                new Earlier(
                                        new String(
                                                row.getBytes("request"), StandardCharsets.US_ASCII),
                                        row.getInt("status"),
                                        row.getString("etag"),
                                        row.getString("body"))),
                actors(claims),
                keys(claims),
                clock.instant().minus(MEMORY));
    }

    /**
     * Adds the statements that write answers down. The transaction fails if another one has answered one of the claims
     * meanwhile.
     */
    public void remember(RoundTrip trip, Map<Claim, Earlier> answers) {
        if (answers.isEmpty()) {
            return;
        }
        List<Claim> claims = List.copyOf(answers.keySet());
        Instant now = clock.instant();
        trip.write(
                        """
                        DELETE FROM idempotency i USING unnest(?, ?) AS claim (actor, key)
                        WHERE i.actor = claim.actor AND i.key = claim.key AND i.created < ?
                        """,
                        actors(claims),
                        keys(claims),
                        now.minus(MEMORY))
                .write(
                        """
                        INSERT INTO idempotency (actor, key, request, status, etag, body, created)
                        SELECT a.actor, a.key, convert_to(a.request, 'UTF8'), a.status, a.etag, a.body, ?
                        FROM unnest(?, ?, ?, ?, ?, ?) AS a (actor, key, request, status, etag, body)
                        """,
                        now,
                        actors(claims),
                        keys(claims),
                        claims.stream().map(Claim::fingerprint).toArray(String[]::new),
                        claims.stream()
                                .map(claim -> (long) answers.get(claim).status)
                                .toArray(Long[]::new),
                        claims.stream()
                                .map(claim -> answers.get(claim).etag)
                                .toArray(String[]::new),
                        claims.stream()
                                .map(claim -> answers.get(claim).body)
                                .toArray(String[]::new));
    }

    private static String[] actors(List<Claim> claims) {
        return claims.stream().map(Claim::actor).toArray(String[]::new);
    }

    private static String[] keys(List<Claim> claims) {
        return claims.stream().map(Claim::key).toArray(String[]::new);
    }

    private static ProblemException reused(String key) {
        return ProblemException.field(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                "Idempotency-Key",
                "was used for another request",
                null,
                key,
                "send a new key with a new request");
    }

    void start(@Observes StartupEvent event, Every every) {
        every.rarely(
                "forgetting old idempotency keys",
                Duration.ofMinutes(1),
                () -> {
                    Instant forgotten = clock.instant().minus(MEMORY);
                    for (int batch = 0;
                            batch < MOST_BATCHES && forget(forgotten) == FORGOTTEN_AT_ONCE;
                            batch++) {}
                });
    }

    /** A few at a time, as there may be millions; returns how many. */
    private int forget(Instant before) {
        return sql.run(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
                                SELECT ctid FROM idempotency WHERE created < ? ORDER BY created LIMIT ? FOR UPDATE SKIP LOCKED))
                            """)) {
                statement.setObject(1, Sql.timestamp(before));
                statement.setInt(2, FORGOTTEN_AT_ONCE);
                return statement.executeUpdate();
            }
        });
    }
}
