package io.yunqing.agent.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.hypervisor.Hypervisor.Listener;
import io.yunqing.agent.hypervisor.HypervisorFault.Kind;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the seam promises, asked of whatever stands behind it. */
public abstract class HypervisorContract {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The one under test, connected. */
    protected abstract Hypervisor hypervisor();

    /** An image that can be fetched. */
    protected abstract ImageSource image();

    @Test
    void aLifeFromNothingToNothing() throws Exception {
        assertState(null);
        create();
        assertState(DomainState.SHUTOFF);
        hypervisor().start(Instances.ID);
        assertState(DomainState.RUNNING);
        hypervisor().powerOff(Instances.ID);
        assertState(DomainState.SHUTOFF);
        hypervisor().undefine(Instances.ID);
        assertState(null);
        hypervisor().erase(Instances.ID);
    }

    @Test
    void everyStepMayBeRepeated() throws Exception {
        create();
        create();
        hypervisor().start(Instances.ID);
        hypervisor().start(Instances.ID);
        assertState(DomainState.RUNNING);
        hypervisor().powerOff(Instances.ID);
        hypervisor().powerOff(Instances.ID);
        hypervisor().shutdown(Instances.ID);
        assertState(DomainState.SHUTOFF);
        hypervisor().undefine(Instances.ID);
        hypervisor().undefine(Instances.ID);
        hypervisor().erase(Instances.ID);
        hypervisor().erase(Instances.ID);
        assertState(null);
    }

    @Test
    void aNewEpochChangesNothingButItself() throws Exception {
        create();
        hypervisor().start(Instances.ID);
        hypervisor().define(instance().epoch(2).build());
        var seen = hypervisor().domain(Instances.ID).orElseThrow();
        assertEquals(2, seen.epoch());
        assertTrue(seen.ours());
        assertEquals(DomainState.RUNNING, seen.state());
    }

    @Test
    void anotherSizeIsGivenToWhatIsOffAndToNothingElse() throws Exception {
        create();
        var larger = instance().memoryMiB(64).build();
        hypervisor().start(Instances.ID);
        hypervisor().define(larger);
        assertEquals(32, hypervisor().domain(Instances.ID).orElseThrow().memoryMiB());
        hypervisor().powerOff(Instances.ID);
        hypervisor().define(larger);
        var seen = hypervisor().domain(Instances.ID).orElseThrow();
        assertTrue(seen.ours() && seen.fits(larger), seen.toString());
        hypervisor().start(Instances.ID);
        assertEquals(64, hypervisor().domain(Instances.ID).orElseThrow().memoryMiB());
    }

    @Test
    void whatIsNotThereIsRefused() {
        var stranger = UUID.randomUUID();
        assertRefused(() -> hypervisor().start(stranger));
        assertRefused(() -> hypervisor().shutdown(stranger));
        assertRefused(() -> hypervisor().powerOff(stranger));
    }

    @Test
    void nothingIsMadeOfAnImageThatIsNotHere() {
        assertFalse(hypervisor().holds(image()));
        assertThrows(HypervisorFault.class, () -> hypervisor().prepare(instance().build()));
    }

    @Test
    void nothingStartsWithoutItsDisk() throws Exception {
        hypervisor().define(instance().build());
        assertRefused(() -> hypervisor().start(Instances.ID));
        assertState(DomainState.SHUTOFF);
    }

    @Test
    void whatRunsUndefinedIsSeenUntilItIsOff() throws Exception {
        create();
        hypervisor().start(Instances.ID);
        hypervisor().undefine(Instances.ID);
        assertState(DomainState.RUNNING);
        hypervisor().powerOff(Instances.ID);
        assertState(null);
    }

    @Test
    void whatHappensIsTold() throws Exception {
        Set<UUID> told = ConcurrentHashMap.newKeySet();
        hypervisor().listen(new Listening(told));
        create();
        hypervisor().start(Instances.ID);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!told.contains(Instances.ID)) {
            assertTrue(System.nanoTime() < deadline, "no event");
            Thread.onSpinWait();
        }
    }

    @Test
    void aHostIsDescribed() throws Exception {
        var inventory = hypervisor().inventory();
        assertTrue(inventory.cpus() > 0 && inventory.memoryMiB() > 0, inventory.toString());
        assertEquals(1, inventory.pools().size());
        assertTrue(inventory.pools().getFirst().capacityGiB() > 0);
    }

    private InstanceDesired create() throws HypervisorFault {
        var wanted = instance().build();
        hypervisor().fetch(wanted.image());
        assertTrue(hypervisor().holds(wanted.image()));
        hypervisor().prepare(wanted);
        hypervisor().define(wanted);
        return wanted;
    }

    private Instances instance() {
        return Instances.running().image(image());
    }

    /** Both ways to look agree; null is not to be there. */
    private void assertState(@Nullable DomainState state) throws HypervisorFault {
        var one = hypervisor().domain(Instances.ID);
        var listed =
                hypervisor().domains().stream()
                        .filter(domain -> domain.id().equals(Instances.ID))
                        .findFirst();
        assertEquals(state, one.map(ObservedDomain::state).orElse(null));
        assertEquals(one, listed);
    }

    private static void assertRefused(Executable step) {
        assertEquals(Kind.REFUSED, assertThrows(HypervisorFault.class, step).kind());
    }

    private record Listening(Set<UUID> told) implements Listener {

        @Override
        public void changed(UUID domain) {
            told.add(domain);
        }

        @Override
        public void lost(String reason) {}

        @Override
        public void found() {}
    }
}
