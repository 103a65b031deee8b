package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Instances whose root disk is a volume. */
class RootReconcilerTest extends Reconciling {

    private static final UUID ROOT = Volumes.ID;

    @BeforeEach
    void listen() {
        hypervisor.listen(reconciler.listener());
    }

    @Test
    void itStartsOnceItsRootDiskIsUnpacked() {
        gates.shut("unpackVolume");
        want(List.of(rooted().build()), Volumes.fromImage(ROOT, 4, Instances.IMAGE));
        until("it is being unpacked", () -> gates.holds("unpackVolume"));
        untilQuiet();
        assertEquals(List.of(), gates.steps(), "and nothing is defined without it");
        gates.open("unpackVolume");
        until("it runs", () -> shown(DomainState.RUNNING));
        assertEquals(List.of("unpackVolume", "prepare", "define", "start"), gates.steps());
        assertEquals(ROOT, told().volumesOrNone().getFirst().id());
    }

    /** A domain that is off and becomes another size is left as it is while its root disk cannot be seen. */
    @Test
    void itIsNotDefinedWithoutItsRootDisk() throws Exception {
        want(List.of(rooted().build()), Volumes.fromImage(ROOT, 4, Instances.IMAGE));
        until("it runs", () -> shown(DomainState.RUNNING));
        want(List.of(rooted().power(Power.OFF).build()), Volumes.made(ROOT, 4));
        until("it is off", () -> shown(DomainState.SHUTOFF));
        want(List.of(rooted().vcpus(2).power(Power.OFF).build()));
        untilQuiet();
        var domain = hypervisor.domain(Instances.ID).orElseThrow();
        assertEquals(Set.of(ROOT), domain.volumes());
    }

    @Test
    void whatIsRestartableStartsOnlyWhileNoOtherHostCanHaveIt() throws Exception {
        var restartable = rooted().restartable().build();
        want(List.of(restartable), Volumes.fromImage(ROOT, 4, Instances.IMAGE));
        untilQuiet();
        assertEquals(List.of("unpackVolume"), gates.steps(), "its volume harms nobody");
        assertNull(fault(), "it is only waited for");
        leased(restartable);
        until("it runs", () -> shown(DomainState.RUNNING));
        uptime.addAndGet(30_000);
        hypervisor.powerOff(Instances.ID);
        until("it is off", () -> shown(DomainState.SHUTOFF));
        now = now.plusSeconds(60);
        untilQuiet();
        assertTrue(shown(DomainState.SHUTOFF));
        assertNull(fault());
    }

    @Test
    void whatNobodyWouldEndIsNotStartedAndSaysSo() {
        guardFault = "it has gone";
        var restartable = rooted().restartable().build();
        leased(restartable);
        want(List.of(restartable), Volumes.fromImage(ROOT, 4, Instances.IMAGE));
        untilQuiet();
        assertEquals(List.of("unpackVolume"), gates.steps());
        assertTrue(String.valueOf(fault()).endsWith("it has gone"), fault());
    }

    /** An image may take longer to come than a lease lasts. */
    @Test
    void aLeaseThatEndsOnTheWayStopsTheStart() {
        leased(rooted().restartable().build());
        gates.shut("define");
        want(List.of(rooted().restartable().build()), Volumes.fromImage(ROOT, 4, Instances.IMAGE));
        until("it is being defined", () -> gates.holds("define"));
        uptime.addAndGet(30_000);
        gates.open("define");
        untilQuiet();
        assertEquals(List.of("unpackVolume", "prepare", "define"), gates.steps());
    }

    private void leased(InstanceDesired instance) {
        lease.sending();
        lease.answered(Duration.ofSeconds(30));
        lease.heard(List.of(instance), uptime.incrementAndGet());
    }

    private @Nullable String fault() {
        var fault = told().instances().getFirst().fault();
        return fault == null ? null : fault.message();
    }

    private static Instances rooted() {
        return Instances.running().volumes(ROOT).root(ROOT).rootDiskGiB(0);
    }
}
