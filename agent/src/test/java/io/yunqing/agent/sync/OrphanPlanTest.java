package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Orphans;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.Machine;
import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.OrphanKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OrphanPlanTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final UUID ID = UUID.fromString("0198f1a2-7b3c-7def-8123-456789abcdef");
    private static final OrphanKey DOMAIN = Orphans.domain(ID);
    private static final OrphanKey VOLUME = Orphans.volume(Volumes.ID);

    /** Every state of a domain and every place of it, against all that can be asked. */
    private static final String TABLE =
            """
            in place      | put aside | asked off | quarantine | release | delete
            RUNNING       | no        | never     | shutdown   |         |
            RUNNING       | no        | now       | wait       |         |
            RUNNING       | no        | long ago  | quarantine |         |
            SHUTTING_DOWN | no        | now       | wait       |         |
            SHUTTING_DOWN | no        | long ago  | quarantine |         |
            PAUSED        | no        | never     | quarantine |         |
            CRASHED       | no        | never     | quarantine |         |
            SHUTOFF       | no        | never     | quarantine |         |
            SHUTOFF       | no        | now       | quarantine |         |
            SHUTOFF       | yes       | never     | quarantine | release | purge
            files         | no        | never     | quarantine |         |
            files         | yes       | never     | quarantine | release | purge
            used          | no        | never     | refuse     |         |
            used          | yes       | never     | refuse     | release | purge
            nothing       | no        | never     |            |         |
            nothing       | yes       | never     |            | release | purge
            """;

    @Test
    void theTable() {
        for (String line : TABLE.lines().skip(1).toList()) {
            var cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            var key = isDomain(cells.getFirst()) ? DOMAIN : VOLUME;
            var planned =
                    List.of(Orphans.quarantined(key), Orphans.released(key), Orphans.deleted(key))
                            .stream()
                            .map(want -> words(plan(want, cells, Attempts.NONE)))
                            .toList();
            assertEquals(cells.subList(3, 6), planned, line);
        }
    }

    @Test
    void oneStepAtATime() {
        var busy = Attempts.NONE.begin("quarantine", NOW);
        var off = List.of("SHUTOFF", "no", "never");
        assertEquals("", words(plan(Orphans.quarantined(DOMAIN), off, busy)));
    }

    @Test
    void whatFailedIsTriedAgainLater() {
        var failed = Attempts.NONE.failed("quarantine", "no", NOW, Duration.ofSeconds(7));
        var plan = plan(Orphans.quarantined(DOMAIN), List.of("SHUTOFF", "no", "never"), failed);
        assertEquals(new OrphanPlan(null, NOW.plusSeconds(7), null), plan);
    }

    private static OrphanPlan plan(OrphanDesired want, List<String> cells, Attempts attempts) {
        var seen =
                new OrphanPlan.Seen(
                        !cells.get(0).equals("nothing"),
                        cells.get(1).equals("yes"),
                        isDomain(cells.get(0)) ? domain(cells.get(0)) : null,
                        cells.get(0).equals("used") ? "in use" : null);
        return OrphanPlan.of(want, seen, askedOff(cells.get(2)), attempts, NOW);
    }

    private static boolean isDomain(String cell) {
        return Arrays.stream(DomainState.values()).anyMatch(state -> state.name().equals(cell));
    }

    private static ObservedDomain domain(String state) {
        return new ObservedDomain(
                ID,
                "x",
                false,
                0,
                0,
                1,
                32,
                Set.of(),
                DomainState.valueOf(state),
                null,
                Map.of(),
                Machine.PLAIN.word(),
                Instances.SMALL);
    }

    private static @Nullable Instant askedOff(String cell) {
        return switch (cell) {
            case "now" -> NOW;
            case "long ago" -> NOW.minus(OrphanPlan.GRACE);
            default -> null;
        };
    }

    private static String words(OrphanPlan plan) {
        if (plan.refusal() != null) {
            return "refuse";
        }
        if (plan.step() != null) {
            return plan.step().word();
        }
        return plan.again() == null ? "" : "wait";
    }
}
