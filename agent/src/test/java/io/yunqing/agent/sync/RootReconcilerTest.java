package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import java.util.List;
import java.util.Set;
import java.util.UUID;
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

    private static Instances rooted() {
        return Instances.running().volumes(ROOT).root(ROOT).rootDiskGiB(0);
    }
}
