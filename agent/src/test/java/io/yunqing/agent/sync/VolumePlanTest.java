package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.ObservedVolume;
import io.yunqing.api.agent.VolumeDesired;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VolumePlanTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final VolumeDesired FRESH = Volumes.fresh(Volumes.ID, 4);
    private static final VolumeDesired MADE = Volumes.made(Volumes.ID, 4);
    private static final VolumeDesired TOMBSTONE = Volumes.tombstone(Volumes.ID);

    /** Every file, by its size in GiB, and every use of it against everything that can be wanted. */
    private static final String TABLE =
            """
            file | use      | fresh | made   | tombstone
            none | FREE     | make  | refuse |
            none | HELD     | make  | refuse |
            none | CHANGING | make  | refuse |
            3    | FREE     | grow  | grow   | erase
            3    | HELD     | grow  | grow   |
            3    | CHANGING |       |        |
            4    | FREE     |       |        | erase
            4    | HELD     |       |        |
            4    | CHANGING |       |        |
            5    | FREE     |       |        | erase
            5    | HELD     |       |        |
            5    | CHANGING |       |        |
            """;

    @Test
    void everyFileAndUseAgainstEveryWish() {
        var wishes = List.of(FRESH, MADE, TOMBSTONE);
        var rows = TABLE.strip().lines().skip(1).map(line -> line.split("\\|", -1)).toList();
        for (String[] row : rows) {
            var use = VolumeUse.valueOf(row[1].strip());
            for (int i = 0; i < wishes.size(); i++) {
                var plan =
                        VolumePlan.of(
                                wishes.get(i),
                                file(row[0]),
                                use,
                                CopySource.READY,
                                Attempts.NONE,
                                NOW);
                assertEquals(row[i + 2].strip(), word(plan), String.join("|", row) + " at " + i);
            }
        }
    }

    /** Every use of it and every state of its source against a copy that is to be made, and one that is to be replaced. */
    private static final String COPIES =
            """
            source | use      | fresh  | to restore | restored
            READY  | FREE     | copy   | copy       | grow
            READY  | HELD     | copy   |            | grow
            READY  | CHANGING | copy   |            |
            BUSY   | FREE     |        |            | grow
            BUSY   | HELD     |        |            | grow
            GONE   | FREE     | refuse | refuse     | grow
            GONE   | HELD     | refuse | refuse     | grow
            """;

    @Test
    void everySourceAgainstEveryCopy() {
        var wanted = Volumes.copy(Volumes.ID, 4, Volumes.OTHER, null);
        var again = Volumes.restored(Volumes.ID, 4, Volumes.OTHER, 2);
        for (String line : COPIES.strip().lines().skip(1).toList()) {
            var row = line.split("\\|", -1);
            var source = CopySource.valueOf(row[0].strip());
            var use = VolumeUse.valueOf(row[1].strip());
            var plans =
                    List.of(
                            VolumePlan.of(wanted, null, use, source, Attempts.NONE, NOW),
                            VolumePlan.of(again, of(1), use, source, Attempts.NONE, NOW),
                            VolumePlan.of(again, of(2), use, source, Attempts.NONE, NOW));
            for (int i = 0; i < plans.size(); i++) {
                assertEquals(row[i + 2].strip(), word(plans.get(i)), line + " at " + i);
            }
        }
    }

    @Test
    void whatBeginsWithAnImageIsUnpackedOnceAndNeverMadeEmpty() {
        var wanted = Volumes.fromImage(Volumes.ID, 4, Instances.IMAGE);
        assertEquals("unpack", word(plan(wanted, null)));
        assertEquals("grow", word(plan(wanted, of(0))));
        assertEquals("refuse", word(plan(MADE, null)));
    }

    private static VolumePlan plan(VolumeDesired want, @Nullable ObservedVolume have) {
        return VolumePlan.of(want, have, VolumeUse.FREE, CopySource.READY, Attempts.NONE, NOW);
    }

    private static ObservedVolume of(int restore) {
        return new ObservedVolume(Volumes.ID, 3, restore, null);
    }

    @Test
    void oneStepAtATime() {
        var busy = Attempts.NONE.begin("make", NOW);
        assertNull(VolumePlan.of(FRESH, null, VolumeUse.FREE, CopySource.READY, busy, NOW).step());
    }

    @Test
    void afterAFailureItWaitsButNotWhenSomethingElseIsDesired() {
        var failed = Attempts.NONE.failed("make", "no room", NOW, Duration.ofSeconds(8));
        var soon =
                VolumePlan.of(
                        FRESH, null, VolumeUse.FREE, CopySource.READY, failed, NOW.plusSeconds(7));
        assertEquals(new VolumePlan(null, NOW.plusSeconds(8), null), soon);
        for (var then :
                Map.of(failed, NOW.plusSeconds(8), failed.retargeted(), NOW.plusSeconds(1))
                        .entrySet()) {
            var plan =
                    VolumePlan.of(
                            FRESH,
                            null,
                            VolumeUse.FREE,
                            CopySource.READY,
                            then.getKey(),
                            then.getValue());
            assertEquals(VolumeStep.MAKE, plan.step());
        }
    }

    @Test
    void whatFailedIsNotInTheWayWhenThereIsNothingToDo() {
        var failed = Attempts.NONE.failed("grow", "no room", NOW, Duration.ofSeconds(8));
        var plan = VolumePlan.of(MADE, file("4"), VolumeUse.FREE, CopySource.READY, failed, NOW);
        assertEquals(new VolumePlan(null, null, null), plan);
    }

    private static @Nullable ObservedVolume file(String cell) {
        String size = cell.strip();
        return size.equals("none")
                ? null
                : new ObservedVolume(Volumes.ID, Long.parseLong(size), 0, null);
    }

    private static String word(@Nullable VolumePlan plan) {
        assertNotNull(plan);
        if (plan.refusal() != null) {
            assertNull(plan.step());
            return "refuse";
        }
        return plan.step() == null ? "" : plan.step().name().toLowerCase(Locale.ROOT);
    }
}
