package io.yunqing.controller.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Fault;
import io.yunqing.api.VolumePhase;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The database and the lifecycle must say the same phase of whatever there can be. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class VolumePhaseWordsTest {
    private static final Instant HEARD_SINCE = Instant.parse("2026-01-01T00:00:00Z");
    private static final UUID ONE = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);

    /** Of all there can be, as many as are asked for in a second or two. */
    private static final int TRIED = 2_000;

    @Inject Sql sql;

    private record Volume(
            boolean deleted,
            UUID instance,
            UUID source,
            UUID backup,
            int sizeGiB,
            int restore,
            VolumeObserved observed,
            Boolean storageSeen,
            Instant receivedAt) {
        VolumePhase phase() {
            boolean heard = receivedAt != null && !receivedAt.isBefore(HEARD_SINCE);
            return VolumeLifecycle.phase(
                    deleted,
                    sizeGiB,
                    instance,
                    source != null || backup != null,
                    restore,
                    observed,
                    heard && storageSeen);
        }
    }

    @Test
    void theDatabaseAndTheLifecycleAgree() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < TRIED; i++) {
            Volume volume = any(random);
            assertEquals(
                    volume.phase(),
                    VolumePhaseWords.BOOK.phase(word(volume)),
                    () -> volume + ", seed " + seed);
        }
    }

    @Test
    void everyPhaseCanBeListed() {
        for (VolumePhase phase : VolumePhase.values()) {
            List<String> words = VolumePhaseWords.BOOK.of(phase);
            assertEquals(words.size(), words.stream().distinct().count());
            words.forEach(word -> assertEquals(phase, VolumePhaseWords.BOOK.phase(word)));
            assertEquals(false, words.isEmpty(), phase.name());
        }
    }

    private static Volume any(Random random) {
        VolumeState state =
                pick(
                        random,
                        null,
                        VolumeState.ABSENT,
                        VolumeState.PRESENT,
                        VolumeState.PRESENT,
                        VolumeState.REMOVED);
        Integer attempts =
                pick(
                        random,
                        null,
                        null,
                        Fault.ATTEMPTS_BEFORE_FAILED - 1,
                        Fault.ATTEMPTS_BEFORE_FAILED);
        return new Volume(
                random.nextInt(4) == 0,
                pick(random, null, ONE, OTHER),
                pick(random, null, OTHER),
                pick(random, null, null, OTHER),
                1 + random.nextInt(2),
                random.nextInt(3),
                state == null
                        ? null
                        : new VolumeObserved(
                                ONE,
                                state,
                                1 + random.nextInt(2),
                                pick(random, null, ONE, OTHER),
                                random.nextInt(3),
                                null,
                                attempts == null
                                        ? null
                                        : new Fault(Instant.EPOCH, "", "", attempts),
                                null),
                random.nextInt(4) > 0,
                pick(
                        random,
                        null,
                        HEARD_SINCE,
                        HEARD_SINCE,
                        HEARD_SINCE.minus(Duration.ofMillis(1))));
    }

    @SafeVarargs
    private static <T> T pick(Random random, T... of) {
        return of[random.nextInt(of.length)];
    }

    private String word(Volume volume) {
        VolumeObserved seen = volume.observed;
        List<String> words = new ArrayList<>();
        RoundTrip trip =
                new RoundTrip()
                        .read(
                                "SELECT "
                                        + VolumePhaseWords.sqlWith("?")
                                        + """
                                           AS word
                                        FROM (SELECT cast(? AS boolean) AS deleted, cast(? AS uuid) AS instance_id, cast(? AS uuid) AS source_id, cast(? AS uuid) AS backup_id,
                                                     cast(? AS int) AS size_gib, cast(? AS int) AS restore,
                                                     cast(NULL AS uuid) AS pool_id, cast(NULL AS uuid) AS host_id) r,
                                             (SELECT cast(? AS text) AS state, cast(? AS bigint) AS size_gib, cast(? AS uuid) AS instance_id,
                                                     cast(? AS int) AS restore, cast(? AS jsonb) AS fault) o,
                                             (SELECT cast(? AS boolean) AS storage_seen, cast(? AS timestamptz) AS received_at) h
                                        """,
                                row -> words.add(row.getString("word")),
                                HEARD_SINCE,
                                volume.deleted,
                                volume.instance,
                                volume.source,
                                volume.backup,
                                (long) volume.sizeGiB,
                                (long) volume.restore,
                                seen == null ? null : seen.state().name(),
                                seen == null ? null : seen.sizeGiB(),
                                seen == null ? null : seen.instance(),
                                seen == null ? null : (long) seen.restore(),
                                seen == null || seen.fault() == null
                                        ? null
                                        : "{\"attempts\": %d}".formatted(seen.fault().attempts()),
                                volume.storageSeen,
                                volume.receivedAt);
        sql.run(connection -> {
            trip.run(connection);
            return true;
        });
        return words.getFirst();
    }
}
