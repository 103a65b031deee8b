package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.yunqing.agent.Instances;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.api.Fault;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceObserved;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StartOrderReconcilerTest extends Reconciling {

    private static final UUID DB = new UUID(1, 1);
    private static final UUID APP = new UUID(1, 2);
    private static final UUID WEB = new UUID(1, 3);

    @Test
    void eachIsStartedWhenThoseBeforeItHaveRunAsLongAsTheyAreToBeWaitedFor() {
        want(List.of(web().build(), app().build(), db().build()));
        until("the first runs", () -> runs(DB) && isStill(APP) && isStill(WEB));
        assertEquals("waiting for db", seen(APP).step());
        assertEquals("waiting for db", seen(WEB).step());

        now = now.plusSeconds(29);
        untilQuiet();
        assertEquals(DomainState.SHUTOFF, seen(APP).state());
        now = now.plusSeconds(1);
        until("the second runs", () -> runs(APP) && isStill(WEB));
        assertEquals("waiting for app", seen(WEB).step());

        now = now.plusSeconds(5);
        until("all run", () -> runs(WEB));
        assertNull(seen(WEB).step());
    }

    @Test
    void oneThatIsToBeOffOrHasNoPlaceInTheOrderOrIsAnotherTenantsIsNotWaitedFor() {
        var unordered = Instances.running().id(new UUID(1, 4)).name("other");
        want(List.of(web().build(), db().power(Power.STOPPED).build(), unordered.build()));
        until("it runs", () -> runs(WEB));
    }

    @Test
    void whatRunsIsLeftAloneWhenOneBeforeItGoesOff() throws HypervisorFault {
        want(List.of(db().turn(1, 0).build(), web().build()));
        until("both run", () -> runs(DB) && runs(WEB));
        gates.shut("start");
        hypervisor.powerOff(DB);
        now = now.plus(LookRhythm.EVERY);
        until("one is off", () -> gates.holds("start"));
        untilQuiet();
        assertEquals(DomainState.RUNNING, seen(WEB).state());
        gates.open("start");
        until("both run again", () -> runs(DB) && runs(WEB));
    }

    @Test
    void oneThatCannotBeStartedKeepsNobodyWaiting() {
        hypervisor.startsFailWith("no such bridge");
        want(List.of(db().build(), web().build()));
        for (int attempts = 1; attempts < Fault.ATTEMPTS_BEFORE_FAILED; attempts++) {
            int failed = attempts;
            until("it fails", () -> failures(DB) == failed);
            assertEquals(0, failures(WEB), "it is not tried");
            now = now.plusSeconds(60);
        }
        until("it has failed", () -> failures(DB) == Fault.ATTEMPTS_BEFORE_FAILED);
        until("the other is tried", () -> failures(WEB) > 0);
    }

    @Test
    void nobodyWaitsForEver() {
        want(List.of(db().volumes(Volumes.ID).build(), web().build()));
        until("it waits", () -> isStill(WEB));
        now = now.plus(Turns.LONGEST_WAIT).minusMillis(1);
        untilQuiet();
        assertEquals(DomainState.SHUTOFF, seen(WEB).state());
        now = now.plusMillis(1);
        until("it runs", () -> runs(WEB));
    }

    private static Instances db() {
        return Instances.running().id(DB).name("db").turn(1, 30);
    }

    private static Instances app() {
        return Instances.running().id(APP).name("app").turn(2, 5);
    }

    private static Instances web() {
        return Instances.running().id(WEB).name("web").turn(3, 0);
    }

    private InstanceObserved seen(UUID id) {
        return told().instances().stream()
                .filter(instance -> instance.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private boolean isKnown(UUID id) {
        return told().instances().stream().anyMatch(instance -> instance.id().equals(id));
    }

    private boolean runs(UUID id) {
        return isKnown(id) && seen(id).state() == DomainState.RUNNING && seen(id).step() == null;
    }

    private boolean isStill(UUID id) {
        String step = isKnown(id) ? seen(id).step() : null;
        return step != null
                && step.startsWith("waiting for ")
                && seen(id).state() == DomainState.SHUTOFF;
    }

    private int failures(UUID id) {
        var fault = isKnown(id) ? seen(id).fault() : null;
        return fault == null ? 0 : fault.attempts();
    }
}
