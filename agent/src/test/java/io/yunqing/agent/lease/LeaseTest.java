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
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeaseTest {

    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final InstanceDesired ONE = Instances.running().restartable().build();

    private final List<String> told = new ArrayList<>();
    private long now = 1_000_000;
    private boolean broken;
    private final Lease lease =
            new Lease(
                    (until, instances, forbidden) -> {
                        if (broken) {
                            throw new IOException("it stands still");
                        }
                        told.add(
                                until
                                        - 1_000_000
                                        + " "
                                        + instances.size()
                                        + (forbidden.isEmpty() ? "" : " " + forbidden.size()));
                        return null;
                    },
                    () -> now,
                    Runnable::run,
                    () -> {});

    @Test
    void whatIsNotRestartableNeedsNone() {
        assertNull(lease.obstacle(Instances.running().build()));
        assertFalse(lease.fencing().able(), "nothing was heard yet");
        answered(0);
        now++;
        lease.heard(List.of(), now);
        assertTrue(lease.fencing().able());
        assertEquals(List.of(), told, "and no guard");
    }

    @Test
    void itIsCountedFromWhenTheReportWasSent() {
        lease.heard(List.of(ONE), now);
        lease.sending();
        now += 4_000;
        assertTrue(lease.answered(LEASE));
        assertEquals(List.of(), told, "what was asked before may be out of date");
        now++;
        lease.heard(List.of(ONE), now);
        assertEquals(List.of("30000 1"), told);
        assertNull(lease.obstacle(ONE));
        now += 25_998;
        assertNull(lease.obstacle(ONE));
        now++;
        assertSays("may run on another host");
    }

    /** What was asked before the lease began may be older than what the controller has given away since. */
    @Test
    void afterAGapItMustBeHeardAnewWhatThisHostShouldBe() {
        begin();
        lease.heard(List.of(ONE), now - 1);
        assertSays("has not said yet");
        lease.heard(List.of(ONE), now);
        assertNull(lease.obstacle(ONE));
        now += 20_000;
        assertFalse(answered(0), "it goes on");
        assertNull(lease.obstacle(ONE));
        now += 30_000;
        assertTrue(lease.awaitsWord());
        told.clear();
        assertTrue(answered(0), "another one");
        assertSays("has not said yet");
        assertTrue(lease.awaitsWord());
        assertFalse(lease.fencing().able());
        assertEquals(
                List.of("50001 1"),
                told,
                "until then the guard ends what the lease before has let run");
        lease.heard(List.of(ONE), now);
        assertSays("has not said yet");
        now++;
        lease.heard(List.of(ONE), now);
        assertNull(lease.obstacle(ONE));
        assertFalse(lease.awaitsWord());
        assertEquals("80001 1", told.getLast());
    }

    @Test
    void anAnswerThatTookLongerThanTheLeaseGivesNone() {
        lease.heard(List.of(ONE), now);
        lease.sending();
        now += 30_000;
        lease.answered(LEASE);
        now++;
        lease.heard(List.of(ONE), now);
        assertSays("may run on another host");
    }

    @Test
    void nothingStartsThatWouldNotBeEnded() {
        broken = true;
        begin();
        assertSays("it stands still");
        assertFalse(lease.fencing().able());
        broken = false;
        lease.unanswered();
        assertNull(lease.obstacle(ONE), "a guard that was replaced meanwhile");
        assertTrue(lease.fencing().able());
        var other = Instances.running().id(UUID.randomUUID()).restartable().build();
        broken = true;
        lease.heard(List.of(ONE, other), now);
        assertFalse(lease.fencing().able());
        assertSays("it stands still");
    }

    /** A guard of an earlier agent's counts on; to say something before would end what runs. */
    @Test
    void nothingIsSaidToTheGuardBeforeItIsHeardWhatThisHostShouldBe() {
        lease.heard(List.of(ONE), now);
        answered(0);
        lease.unanswered();
        assertEquals(List.of(), told);
        assertSays("not ready");
        now++;
        lease.heard(List.of(ONE), now);
        assertEquals(List.of("30000 1"), told);
    }

    @Test
    void whatAnotherHostHasIsForbidden() {
        begin();
        var gone = Instances.running().restartable().deleted().build();
        lease.heard(List.of(gone), now);
        assertEquals("30000 0 1", told.getLast());
        assertSays("not ready");
        lease.heard(List.of(ONE), now);
        assertEquals("30000 1", told.getLast(), "it came back");
    }

    @Test
    void withoutAGuardNothingRestartableStarts() {
        var unguarded = new Lease(null, () -> now, Runnable::run, () -> {});
        unguarded.sending();
        unguarded.answered(LEASE);
        now++;
        unguarded.heard(List.of(ONE), now);
        assertFalse(unguarded.fencing().able());
        assertTrue(String.valueOf(unguarded.obstacle(ONE)).contains("no guard"));
    }

    private void begin() {
        answered(0);
        now++;
        lease.heard(List.of(ONE), now);
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
