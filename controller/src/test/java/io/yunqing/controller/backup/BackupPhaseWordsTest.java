package io.yunqing.controller.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.BackupPhase;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.api.agent.BackupState;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import io.yunqing.controller.platform.StoredJson;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The database and the lifecycle must say the same phase of whatever there can be. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class BackupPhaseWordsTest {
    private static final Instant HEARD_SINCE = Instant.parse("2026-01-01T00:00:00Z");

    @Inject Sql sql;

    @Test
    void theDatabaseAndTheLifecycleAgree() {
        List<BackupObserved> observed = new ArrayList<>();
        observed.add(null);
        for (String step : Arrays.asList(null, "take")) {
            for (int attempts = 0; attempts <= Fault.ATTEMPTS_BEFORE_FAILED; attempts++) {
                Fault fault = attempts == 0 ? null : new Fault(Instant.EPOCH, "", "", attempts);
                observed.add(
                        new BackupObserved(
                                new UUID(0, 1), BackupState.ABSENT, null, step, null, fault));
            }
        }
        for (boolean deleted : new boolean[] {false, true}) {
            for (boolean made : new boolean[] {false, true}) {
                for (Instant heard :
                        Arrays.asList(null, HEARD_SINCE, HEARD_SINCE.minus(Duration.ofMillis(1)))) {
                    for (BackupObserved seen : observed) {
                        assertEquals(
                                BackupLifecycle.phase(
                                        deleted, made, seen, HEARD_SINCE.equals(heard)),
                                BackupPhaseWords.BOOK.phase(word(deleted, made, seen, heard)),
                                () -> seen + ", heard at " + heard);
                    }
                }
            }
        }
    }

    @Test
    void everyPhaseCanBeListed() {
        for (BackupPhase phase : BackupPhase.values()) {
            assertEquals(false, BackupPhaseWords.BOOK.of(phase).isEmpty(), phase.name());
        }
    }

    private String word(boolean deleted, boolean made, BackupObserved seen, Instant heard) {
        List<String> words = new ArrayList<>();
        RoundTrip trip =
                new RoundTrip()
                        .read(
                                "SELECT "
                                        + BackupPhaseWords.sqlWith("?")
                                        + """
                                           AS word
                                        FROM (SELECT cast(? AS boolean) AS deleted, cast(? AS boolean) AS made, cast(? AS jsonb) AS observed) r,
                                             (SELECT cast(? AS timestamptz) AS received_at) h
                                        """,
                                row -> words.add(row.getString("word")),
                                HEARD_SINCE,
                                deleted,
                                made,
                                seen == null ? null : json(seen),
                                heard);
        sql.run(connection -> {
            trip.run(connection);
            return true;
        });
        return words.getFirst();
    }

    private static String json(BackupObserved seen) {
        try {
            return StoredJson.MAPPER.writeValueAsString(seen);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
