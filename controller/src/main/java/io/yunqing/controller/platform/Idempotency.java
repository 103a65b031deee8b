package io.yunqing.controller.platform;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.Tuple;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import org.hibernate.Session;

/**
 * Same key, same answer: the answer is stored in the transaction of the request it answers, so there is never one without the
 * other. Two requests with one key at the same time: the second waits for the first on the key's row.
 */
@ApplicationScoped
public class Idempotency {
    /** How long a key is remembered. */
    static final Duration MEMORY = Duration.ofDays(1);

    private final Session em;
    private final InstantSource clock;
    private final Caller caller;

    Idempotency(Session em, InstantSource clock, Caller caller) {
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
        if (!Arrays.equals(request, (byte[]) earlier.get("request"))) {
            throw ProblemException.field(
                    ProblemCode.IDEMPOTENCY_KEY_REUSED,
                    "Idempotency-Key",
                    "was used for another request",
                    null,
                    key,
                    "send a new key with a new request");
        }
        return Optional.of(
                Response.status((Integer) earlier.get("status"))
                        .header("ETag", earlier.get("etag"))
                        .header("Idempotent-Replay", "true")
                        .type(MediaType.APPLICATION_JSON_TYPE)
                        .entity(earlier.get("body"))
                        .build());
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

    void start(@Observes StartupEvent event, Every every) {
        every.run("forgetting old idempotency keys", Duration.ofHours(1), this::forget);
    }

    private void forget() {
        em.createNativeMutationQuery("DELETE FROM idempotency WHERE created < :forgotten")
                .setParameter("forgotten", clock.instant().minus(MEMORY))
                .executeUpdate();
    }
}
