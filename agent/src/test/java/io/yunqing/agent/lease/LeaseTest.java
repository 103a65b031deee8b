package io.yunqing.agent.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.api.agent.InstanceDesired;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeaseTest {

    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Set<UUID> ALL = Set.of(Instances.ID);
    private static final InstanceDesired ONE = Instances.running().restartable().build();

    private final List<String> told = new ArrayList<>();
    private long now = 1_000_000;
    private boolean broken;
    private final Lease lease =
            new Lease(
                    (until, instances) -> {
                        if (broken) {
                            throw new IOException("it stands still");
                        }
                        told.add(until - 1_000_000 + " " + instances.size());
                        return null;
                    },
                    () -> now,
                    Runnable::run,
                    () -> {});

    @Test
    void whatIsNotRestartableNeedsNone() {
        assertNull(lease.obstacle(Instances.running().build()));
        assertFalse(lease.fencing().able(), "nothing was heard yet");
        lease.heard(Set.of(), now);
        assertTrue(lease.fencing().able());
        answered(0);
        assertEquals(List.of(), told, "and no guard");
    }

    @Test
    void itIsCountedFromWhenTheReportWasSent() {
        lease.heard(ALL, now);
        lease.sending();
        now += 4_000;
        assertTrue(lease.answered(LEASE));
        assertEquals(List.of("30000 1"), told);
        lease.heard(ALL, now);
        assertNull(lease.obstacle(ONE));
        now += 25_999;
        assertNull(lease.obstacle(ONE));
        now++;
        assertSays("may run on another host");
    }

    /** What was asked before the lease began may be older than what the controller has given away since. */
    @Test
    void afterAGapItMustBeHeardAnewWhatThisHostShouldBe() {
        lease.heard(ALL, now);
        answered(1_000);
        assertSays("has not said yet");
        lease.heard(ALL, now - 1);
        assertSays("has not said yet");
        lease.heard(ALL, now);
        assertNull(lease.obstacle(ONE));
        now += 20_000;
        assertFalse(answered(0), "it goes on");
        assertNull(lease.obstacle(ONE));
        now += 30_000;
        assertTrue(lease.awaitsWord());
        assertTrue(answered(0), "another one");
        assertSays("has not said yet");
        assertTrue(lease.awaitsWord());
        lease.heard(ALL, now);
        assertNull(lease.obstacle(ONE));
        assertFalse(lease.awaitsWord());
    }

    @Test
    void anAnswerThatTookLongerThanTheLeaseGivesNone() {
        lease.heard(ALL, now);
        lease.sending();
        now += 30_000;
        lease.answered(LEASE);
        lease.heard(ALL, now);
        assertSays("may run on another host");
    }

    @Test
    void nothingStartsThatWouldNotBeEnded() {
        broken = true;
        lease.heard(ALL, now);
        answered(0);
        lease.heard(ALL, now);
        assertSays("it stands still");
        assertFalse(lease.fencing().able());
        broken = false;
        answered(0);
        assertNull(lease.obstacle(ONE));
        assertTrue(lease.fencing().able());
        var other = UUID.randomUUID();
        broken = true;
        lease.heard(Set.of(Instances.ID, other), now);
        assertFalse(lease.fencing().able());
        assertSays("it stands still");
    }

    /** A guard of an earlier agent's counts on; to say something before the first answer would end what runs. */
    @Test
    void nothingIsSaidToTheGuardBeforeTheFirstAnswer() {
        lease.heard(ALL, now);
        assertEquals(List.of(), told);
        assertSays("not ready");
        answered(0);
        assertEquals(List.of("30000 1"), told);
    }

    @Test
    void withoutAGuardNothingRestartableStarts() {
        var unguarded = new Lease(null, () -> now, Runnable::run, () -> {});
        unguarded.heard(ALL, now);
        unguarded.sending();
        unguarded.answered(LEASE);
        unguarded.heard(ALL, now);
        assertFalse(unguarded.fencing().able());
        assertTrue(String.valueOf(unguarded.obstacle(ONE)).contains("no guard"));
    }

    @Test
    void tombstonesAreNotGuarded() {
        var gone = Instances.running().restartable().deleted().build();
        assertEquals(Set.of(), Lease.restartable(List.of(gone, Instances.running().build())));
        assertEquals(ALL, Lease.restartable(List.of(ONE)));
    }

    private boolean answered(long after) {
        lease.sending();
        now += after;
        return lease.answered(LEASE);
    }

    private void assertSays(String words) {
        @Nullable String obstacle = lease.obstacle(ONE);
        assertTrue(String.valueOf(obstacle).contains(words), obstacle);
    }
}
