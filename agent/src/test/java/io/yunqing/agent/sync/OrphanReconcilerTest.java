package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Orphans;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.Machine;
import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.OrphanObserved;
import io.yunqing.api.agent.VolumeState;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What belongs to nobody beside what does. */
class OrphanReconcilerTest extends Reconciling {

    private static final UUID STRANGER = UUID.fromString("11111111-2222-3333-4444-555555555555");
    private static final OrphanKey DOMAIN = Orphans.domain(STRANGER);
    private static final OrphanKey VOLUME = Orphans.volume(Volumes.ID);

    @BeforeEach
    void listen() {
        hypervisor.listen(reconciler.listener());
    }

    @Test
    void whatNobodyAsksForIsToldAndLeftAlone() throws Exception {
        hypervisor.makeVolume(Volumes.ID, 2);
        put(STRANGER, DomainState.RUNNING);
        want(List.of());
        until("they are told", () -> orphans().equals(List.of(DOMAIN, VOLUME)));
        untilQuiet();
        assertEquals(List.of(), gates.steps());
        assertEquals(2L << 30, orphan(VOLUME).sizeBytes());
        assertEquals("stranger", orphan(DOMAIN).name());
        assertEquals(DomainState.RUNNING, orphan(DOMAIN).state());
    }

    @Test
    void whatIsOursIsNoOrphanWhateverItsStep() {
        want(
                List.of(Instances.running().volumes(Volumes.ID).build()),
                Volumes.fresh(Volumes.ID, 1));
        until("it runs", () -> shown(DomainState.RUNNING));
        lookAgain();
        assertEquals(List.of(), orphans());
        want(List.of(Instances.running().deleted().build()), Volumes.tombstone(Volumes.ID));
        until(
                "both are gone",
                () ->
                        shown(DomainState.REMOVED)
                                && told().volumesOrNone().stream()
                                        .allMatch(one -> one.state() == VolumeState.REMOVED));
        reconciler.confirmed(told());
        want(List.of());
        lookAgain();
        assertEquals(List.of(), orphans());
    }

    /** What was listed while it belonged to somebody is not an orphan because it does not any more, and the other way round. */
    @Test
    void whatComesOrGoesDuringALookIsNoOrphan() throws Exception {
        hypervisor.makeVolume(Volumes.ID, 1);
        gates.shut("orphans");
        want(List.of());
        until("a look is under way", () -> gates.holds("orphans"));
        want(List.of(), Volumes.made(Volumes.ID, 1));
        gates.open("orphans");
        until("it ends", () -> told().orphans() != null);
        assertEquals(List.of(), orphans());

        now = now.plusSeconds(60);
        gates.shut("orphans");
        until("another is under way", () -> gates.holds("orphans"));
        want(List.of());
        gates.open("orphans");
        untilQuiet();
        assertEquals(List.of(), orphans());
        lookAgain();
        assertEquals(List.of(VOLUME), orphans(), "by now it is one");
    }

    @Test
    void nothingIsSaidBeforeEverythingWasHeard() throws Exception {
        hypervisor.makeVolume(Volumes.ID, 1);
        reconciler.hear(HostDesired.of(1, false, List.of(), List.of(), null, null));
        untilQuiet();
        assertNull(told().orphans());
        reconciler.hear(HostDesired.of(2, true, List.of(), null, null, null));
        untilQuiet();
        assertNull(told().orphans(), "of volumes nothing was heard");
        reconciler.hear(HostDesired.of(3, true, List.of(), List.of(), null, null));
        until("it is said", () -> told().orphans() != null);
        assertEquals(List.of(VOLUME), orphans());
    }

    @Test
    void nothingIsSaidOfWhatCannotBeSeen() throws Exception {
        hypervisor.makeVolume(Volumes.ID, 1);
        want(List.of());
        until("it is told", () -> orphans().equals(List.of(VOLUME)));
        hypervisor.hideVolumes("the disk is on fire");
        now = now.plusSeconds(60);
        until("nothing is told", () -> told().orphans() == null);
    }

    @Test
    void filesArePutAsideAndBackAndDeletedWhenThatIsAsked() throws Exception {
        hypervisor.makeVolume(Volumes.ID, 1);
        want(List.of());
        until("it is told", () -> orphans().equals(List.of(VOLUME)));
        ask(Orphans.quarantined(VOLUME));
        until("it is put aside", () -> isQuarantined(VOLUME));
        ask(Orphans.released(VOLUME));
        until("it is back", () -> isInPlace(VOLUME));
        ask(Orphans.quarantined(VOLUME));
        until("it is put aside again", () -> isQuarantined(VOLUME));
        ask(Orphans.deleted(VOLUME));
        until("it is gone", () -> orphans().isEmpty());
        assertEquals(List.of(), hypervisor.orphans(Set.of()));
    }

    /** To the controller an orphan that is not told of is gone. */
    @Test
    void whatIsOnItsWayIsToldOf() throws Exception {
        put(STRANGER, DomainState.SHUTOFF);
        want(List.of());
        until("it is told", () -> orphans().equals(List.of(DOMAIN)));
        ask(Orphans.quarantined(DOMAIN));
        gates.shut("orphans");
        until("it was put aside", () -> gates.holds("orphans"));
        untilQuiet();
        assertTrue(hypervisor.domains().isEmpty());
        assertEquals(List.of(DOMAIN), orphans());
        gates.open("orphans");
        until("that is told", () -> isQuarantined(DOMAIN));
    }

    @Test
    void aGuestIsAskedBeforeItsPowerIsTakenAway() throws Exception {
        hypervisor.deafenGuests(true);
        put(STRANGER, DomainState.RUNNING);
        want(List.of());
        until("it is told", () -> orphans().equals(List.of(DOMAIN)));
        ask(Orphans.quarantined(DOMAIN));
        until("it is asked", () -> gates.steps().contains("shutdown"));
        untilQuiet();
        assertEquals(List.of("shutdown"), gates.steps());
        now = now.plus(OrphanPlan.GRACE);
        until("it is put aside", () -> isQuarantined(DOMAIN));
        assertTrue(hypervisor.domains().isEmpty());

        ask(Orphans.released(DOMAIN));
        until("it is back", () -> isInPlace(DOMAIN));
        assertEquals(DomainState.SHUTOFF, orphan(DOMAIN).state());
    }

    @Test
    void aVolumeThatADomainHasIsNotTakenFromIt() throws Exception {
        hypervisor.makeVolume(Volumes.ID, 1);
        put(STRANGER, DomainState.RUNNING, Volumes.ID);
        want(List.of());
        until("both are told", () -> orphans().equals(List.of(DOMAIN, VOLUME)));
        ask(Orphans.quarantined(VOLUME));
        until("it is refused", () -> fault(VOLUME) != null);
        assertTrue(Objects.toString(fault(VOLUME)).contains("as a disk"), fault(VOLUME));
        put(STRANGER, DomainState.RUNNING);
        until("it is put aside", () -> isQuarantined(VOLUME));
    }

    @Test
    void filesOfADomainThatIsUnknownAreNotCountedTwice() throws Exception {
        want(Instances.running().build());
        until("it runs", () -> shown(DomainState.RUNNING));
        want(List.of());
        lookAgain();
        assertEquals(List.of(Orphans.domain(Instances.ID)), orphans());
        ask(Orphans.quarantined(Orphans.domain(Instances.ID)));
        until("its files are left", () -> orphans().contains(Orphans.files(Instances.ID)));
    }

    @Test
    void whatFailsIsSaidAndTriedAgain() throws Exception {
        hypervisor.makeVolume(Volumes.ID, 1);
        want(List.of());
        until("it is told", () -> orphans().equals(List.of(VOLUME)));
        hypervisor.volumeStepsFailWith("no space left");
        ask(Orphans.quarantined(VOLUME));
        until("it is said", () -> "no space left".equals(fault(VOLUME)));
        hypervisor.volumeStepsFailWith(null);
        now = now.plusSeconds(60);
        until("it is put aside", () -> isQuarantined(VOLUME) && fault(VOLUME) == null);
    }

    /** An instance that was restored in the books has its files back, and no old wish takes them from it. */
    @Test
    void aWishIsForgottenWithWhatItWasAbout() throws Exception {
        hypervisor.makeVolume(Volumes.ID, 1);
        want(List.of());
        until("it is told", () -> orphans().equals(List.of(VOLUME)));
        ask(Orphans.quarantined(VOLUME));
        until("it is put aside", () -> isQuarantined(VOLUME));
        ask(Orphans.deleted(VOLUME));
        until("it is gone", () -> orphans().isEmpty());
        reconciler.confirmed(told());
        assertEquals(List.of(), reconciler.desired().orphans());

        hypervisor.makeVolume(Volumes.ID, 1);
        lookAgain();
        assertEquals(List.of(VOLUME), orphans());
        assertEquals(1, hypervisor.volumes().size());
    }

    private void ask(OrphanDesired wish) {
        wantOf(wish);
        want(List.of());
    }

    private void lookAgain() {
        now = now.plusSeconds(60);
        untilQuiet();
    }

    private void put(UUID id, DomainState state, UUID... volumes) {
        hypervisor.put(
                new ObservedDomain(
                        id,
                        "stranger",
                        false,
                        0,
                        0,
                        1,
                        32,
                        Set.of(volumes),
                        state,
                        null,
                        Map.of(),
                        Machine.PLAIN.word(),
                        Instances.SMALL));
    }

    private List<OrphanKey> orphans() {
        var all = told().orphans();
        return all == null ? List.of() : all.stream().map(OrphanObserved::orphan).toList();
    }

    private OrphanObserved orphan(OrphanKey key) {
        return Objects.requireNonNull(told().orphans()).stream()
                .filter(orphan -> orphan.orphan().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private boolean isQuarantined(OrphanKey key) {
        return isAtRest(key) && orphan(key).quarantined();
    }

    private boolean isInPlace(OrphanKey key) {
        return isAtRest(key) && !orphan(key).quarantined();
    }

    private boolean isAtRest(OrphanKey key) {
        return orphans().contains(key) && orphan(key).step() == null;
    }

    private @Nullable String fault(OrphanKey key) {
        var fault = orphan(key).fault();
        return fault == null ? null : fault.message();
    }
}
