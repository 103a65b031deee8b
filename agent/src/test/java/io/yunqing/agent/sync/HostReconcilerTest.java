package io.yunqing.agent.sync;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostReconcilerTest extends Reconciling {

    @Test
    void aLookThatHangsForTwentySecondsBlindsTheReport() {
        want(Instances.running().build());
        until("it runs", () -> shown(DomainState.RUNNING));
        var before = gates.steps();

        gates.shut("domains");
        now = now.plus(LookRhythm.EVERY);
        assertEquals(now.plusSeconds(20), reconciler.settle(), "asks to be called when it is late");
        until("the listing hangs", () -> gates.holds("domains"));
        hearLooksOut();
        now = now.plusSeconds(20).minusMillis(1);
        reconciler.settle();
        assertNull(told().unobservedReason());

        now = now.plusMillis(1);
        reconciler.settle();
        assertEquals("listing the domains has not ended after 20 s", told().unobservedReason());
        want(Instances.running().deleted().build());
        reconciler.settle();
        assertTrue(idle(), "what cannot be seen is not changed");
        assertEquals(before, gates.steps());

        gates.open("domains");
        until("it is seen and removed", () -> shown(DomainState.REMOVED));
        assertNull(told().unobservedReason());
    }

    @Test
    void aLookThatFailsBlindsTheReport() {
        want(Instances.running().build());
        until("it runs", () -> shown(DomainState.RUNNING));
        gates.fail("domains", "internal error: client socket is closed");
        now = now.plus(LookRhythm.EVERY);
        until("it is blind", () -> told().unobservedReason() != null);
        assertEquals("internal error: client socket is closed", told().unobservedReason());
        assertTrue(shown(DomainState.RUNNING), "as it was last seen");

        gates.mend("domains");
        now = now.plus(LookRhythm.EVERY);
        until("it is seen again", () -> told().unobservedReason() == null);
    }

    @Test
    void whatWasNeverSeenIsNotSaidToBeAbsent() {
        gates.fail("domains", "no connection");
        want(Instances.running().build());
        until("it is blind", () -> "no connection".equals(told().unobservedReason()));
        assertEquals(List.of(), told().instances());

        gates.mend("domains");
        now = now.plus(LookRhythm.EVERY);
        until("it runs", () -> shown(DomainState.RUNNING));
    }

    @Test
    void whatIsToBePausedNeverRunsUntilItIsToBeResumed() {
        want(Instances.running().paused().build());
        until("it stands still", () -> shown(DomainState.PAUSED));
        assertEquals(List.of("prepare", "define", "startPaused"), gates.steps());

        want(Instances.running().build());
        until("it runs", () -> shown(DomainState.RUNNING));
        assertEquals("resume", gates.steps().getLast());
    }

    @Test
    void storageThatHangsKeepsNobodyFromBeingStartedAndStopped() {
        var first = Instances.running();
        var second = Instances.running().id(new UUID(1, 2)).name("web-2").power(Power.OFF);
        want(List.of(first.build(), second.build()));
        until("both are there", () -> shown(DomainState.RUNNING) && shown(DomainState.SHUTOFF));

        gates.shut("prepare");
        gates.shut("inventory");
        var others =
                Stream.of(3L, 4L, 5L)
                        .map(i -> Instances.running().id(new UUID(1, i)).name("new-" + i).build());
        want(
                Stream.concat(
                                Stream.of(
                                        first.power(Power.OFF).build(),
                                        second.power(Power.RUNNING).build()),
                                others)
                        .toList());
        until("storage hangs", () -> gates.holds("prepare"));
        until(
                "one is off and the other runs",
                () ->
                        stateOf(Instances.ID) == DomainState.SHUTOFF
                                && stateOf(new UUID(1, 2)) == DomainState.RUNNING);
        assertTrue(gates.holds("prepare"));
        gates.open("prepare");
        gates.open("inventory");
    }

    @Test
    void aRunEndsWhenItsInstanceIsToBeGone() {
        wantWhilePreparing(Instances.running().deleted().build());
        until("it is removed", () -> shown(DomainState.REMOVED));
        assertEquals(List.of("prepare", "erase"), gates.steps());
    }

    @Test
    void aRunEndsWhenItsInstanceIsToBeAnother() {
        wantWhilePreparing(Instances.running().power(Power.OFF).build());
        until("it is there", () -> shown(DomainState.SHUTOFF));
        assertEquals(List.of("prepare", "prepare", "define"), gates.steps());
    }

    @Test
    void aRunEndsWhenNothingIsToBeChangedAnyMore() {
        want(Instances.running().build());
        gates.shut("prepare");
        until("it is being prepared", () -> gates.holds("prepare"));
        reconciler.hold("another agent has this identity");
        gates.open("prepare");
        until("the step is over", () -> idle() && gates.steps().equals(List.of("prepare")));
        reconciler.settle();
        assertEquals(List.of("prepare"), gates.steps());

        reconciler.hold(null);
        until("it runs", () -> shown(DomainState.RUNNING));
    }

    @Test
    void aPoolOfWhichLessThanAQuarterIsFreeIsLookedAtMoreOften() {
        Instant next = nextLookWith(76);
        assertEquals(now.plusSeconds(5), next);
        gates.shut("inventory");
        now = now.plusSeconds(5);
        until("it is looked at again", () -> gates.holds("inventory"));
        gates.open("inventory");
    }

    @Test
    void aPoolWithRoomIsLookedAtWithAllElse() {
        assertTrue(nextLookWith(75).isAfter(now.plusSeconds(20)));
    }

    /** Once the agent knows what is left beside a disk of this size in a pool of 100 GiB. */
    private Instant nextLookWith(int rootDiskGiB) {
        want(Instances.running().rootDiskGiB(rootDiskGiB).build());
        until("it runs", () -> shown(DomainState.RUNNING));
        now = now.plus(LookRhythm.EVERY);
        until("what is left is known", () -> freeMiB() == (100L - rootDiskGiB) << 10);
        untilQuiet();
        return reconciler.settle();
    }

    private long freeMiB() {
        var inventory = told().inventory();
        return inventory == null
                ? -1
                : requireNonNull(inventory.pools().getFirst().use()).freeMiB();
    }

    private void wantWhilePreparing(InstanceDesired next) {
        gates.shut("prepare");
        want(Instances.running().build());
        until("it is being prepared", () -> gates.holds("prepare"));
        want(next);
        reconciler.settle();
        gates.open("prepare");
    }

    private @Nullable DomainState stateOf(UUID id) {
        return told().instances().stream()
                .filter(one -> one.id().equals(id))
                .map(InstanceObserved::state)
                .findFirst()
                .orElse(null);
    }

    private boolean idle() {
        return told().instances().stream().allMatch(i -> i.step() == null);
    }

    /** The one thread that still looks has come to the end of what it had, so all of that is in the mailbox. */
    private void hearLooksOut() {
        var last = lanes.submit(LaneName.QUERY, "nothing", () -> true);
        until("the looks are over", last::isDone);
        for (var message = mailbox.poll(); message != null; message = mailbox.poll()) {
            message.run();
        }
        reconciler.settle();
    }
}
