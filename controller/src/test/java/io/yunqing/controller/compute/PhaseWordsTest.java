package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Fault;
import io.yunqing.api.Phase;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.compute.InstanceLifecycle.Desired;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The database and the lifecycle must say the same phase of whatever there can be. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class PhaseWordsTest {
    private static final Instant HEARD_SINCE = Instant.parse("2026-01-01T00:00:00Z");

    @Inject Sql sql;

    /** Of the boot that it should be of by its spec; its host may have seen it of one less. */
    private record Instance(Boolean deleted, Power power, Integer boot, InstanceObserved observed) {
        Desired desired() {
            return new Desired(
                    Objects.requireNonNullElse(power, Power.RUNNING),
                    Objects.requireNonNullElse(boot, 0),
                    deleted);
        }

        String spec() {
            List<String> fields = new ArrayList<>();
            if (power != null) {
                fields.add("\"power\": \"%s\"".formatted(power));
            }
            if (boot != null) {
                fields.add("\"boot\": %d".formatted(boot));
            }
            return "{" + String.join(", ", fields) + "}";
        }
    }

    /** As an observation row says it. */
    private record Host(boolean complete, Instant receivedAt) {
        boolean seen() {
            return complete && receivedAt != null && !receivedAt.isBefore(HEARD_SINCE);
        }
    }

    @Test
    void theDatabaseAndTheLifecycleAgree() {
        List<Host> hosts = new ArrayList<>();
        for (boolean complete : List.of(false, true)) {
            hosts.add(new Host(complete, null));
            hosts.add(new Host(complete, HEARD_SINCE));
            hosts.add(new Host(complete, HEARD_SINCE.minus(Duration.ofMillis(1))));
        }
        for (Instance instance : instances()) {
            for (Host host : hosts) {
                Phase expected =
                        InstanceLifecycle.phase(instance.desired(), instance.observed, host.seen());
                assertEquals(
                        expected,
                        PhaseWords.BOOK.phase(word(instance, host)),
                        () -> instance + " on " + host);
            }
        }
    }

    @Test
    void everyWordStandsForThePhaseItIsListedUnder() {
        int words = 0;
        for (Phase phase : Phase.values()) {
            for (String word : PhaseWords.BOOK.of(phase)) {
                assertEquals(phase, PhaseWords.BOOK.phase(word));
                words++;
            }
        }
        int observations = 1 + (DomainState.values().length + 1) * 8;
        assertEquals(2 * Power.values().length * observations * 2, words);
    }

    private static List<Instance> instances() {
        List<InstanceObserved> observations = new ArrayList<>();
        observations.add(null);
        for (DomainState state : DomainState.values()) {
            for (String step : Arrays.asList(null, "a step")) {
                for (Fault fault :
                        Arrays.asList(
                                null,
                                fault(Fault.ATTEMPTS_BEFORE_FAILED - 1),
                                fault(Fault.ATTEMPTS_BEFORE_FAILED))) {
                    for (String reason : Arrays.asList(null, "ioerror", "user")) {
                        observations.add(
                                new InstanceObserved(
                                        new UUID(0, 1), 1, 1, state, reason, step, fault, null));
                    }
                }
            }
        }
        // A power that was not named is RUNNING.
        List<Power> powers =
                Stream.concat(Stream.of((Power) null), Stream.of(Power.values())).toList();
        List<Instance> all = new ArrayList<>();
        for (boolean deleted : List.of(false, true)) {
            for (Power power : powers) {
                for (Integer boot : Arrays.asList(null, 1, 2)) {
                    observations.forEach(seen -> all.add(new Instance(deleted, power, boot, seen)));
                }
            }
        }
        return all;
    }

    private static Fault fault(int attempts) {
        return new Fault(Instant.EPOCH, "start", "no", attempts);
    }

    private String word(Instance instance, Host host) {
        InstanceObserved seen = instance.observed;
        List<String> words = new ArrayList<>();
        RoundTrip trip =
                new RoundTrip()
                        .read(
                                "SELECT "
                                        + PhaseWords.sqlWith("?")
                                        + """
                                           AS word
                                        FROM (SELECT cast(? AS boolean) AS deleted, cast(? AS jsonb) AS spec) r,
                                             (SELECT cast(? AS int) AS boot, cast(? AS text) AS state, cast(? AS text) AS reason, cast(? AS text) AS step, cast(? AS jsonb) AS fault) o,
                                             (SELECT cast(? AS boolean) AS complete, cast(? AS timestamptz) AS received_at) h
                                        """,
                                row -> words.add(row.getString("word")),
                                HEARD_SINCE,
                                instance.deleted,
                                instance.spec(),
                                seen == null ? null : (long) seen.boot(),
                                seen == null ? null : seen.state().name(),
                                seen == null ? null : seen.reason(),
                                seen == null ? null : seen.step(),
                                seen == null || seen.fault() == null
                                        ? null
                                        : "{\"attempts\": %d}".formatted(seen.fault().attempts()),
                                host.complete,
                                host.receivedAt);
        sql.run(connection -> {
            trip.run(connection);
            return true;
        });
        return words.getFirst();
    }
}
