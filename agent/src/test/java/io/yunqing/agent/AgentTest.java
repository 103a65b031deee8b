package io.yunqing.agent;

import static io.yunqing.agent.ScriptedController.shows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.hypervisor.ConsoleTail;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.agent.link.LinkFault;
import io.yunqing.agent.link.Rhythm;
import io.yunqing.agent.platform.Threads;
import io.yunqing.agent.simulated.Pace;
import io.yunqing.agent.simulated.SimulatedHypervisor;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.InstanceUse;
import io.yunqing.api.agent.Machine;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.VolumeState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent's loops, lanes and reconciler together, between two simulated seams. */
class AgentTest {

    @TempDir Path data;
    private final ScriptedController controller = new ScriptedController();
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());
    private final SimulatedHypervisor hypervisor =
            new SimulatedHypervisor(Instances.INVENTORY, Pace.INSTANT, new Random(1), done::add);
    private Agent agent;

    @BeforeEach
    void start() throws IOException {
        hypervisor.consolesShow(new ConsoleTail(new byte[] {1, 2, 3, 4, 5}, 5));
        agent = newAgent();
    }

    private Agent newAgent() throws IOException {
        return new Agent(
                data,
                FakeController.HOST,
                hypervisor,
                null,
                controller,
                new Rhythm(Threads.PLATFORM, new Random()));
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @Test
    void theStepsRunInOrderAndTheConsoleFollows() {
        controller.desire(Instances.running().build());
        agent.start();
        controller.await(shows(Instances.ID, AgentTest::runs));
        assertEquals(List.of("fetch", "prepare", "define", "start"), List.copyOf(done));
        controller.until(() -> controller.consoles().equals(java.util.Map.of(Instances.ID, 5L)));
    }

    @Test
    void whatIsOnIsMeasuredAndWhatIsNotOursIsNot() {
        hypervisor.put(
                new ObservedDomain(
                        UUID.randomUUID(),
                        "x",
                        false,
                        0,
                        0,
                        1,
                        32,
                        Set.of(),
                        DomainState.RUNNING,
                        null,
                        Map.of(),
                        Machine.PLAIN.word(),
                        Instances.SMALL));
        controller.desire(Instances.running().build());
        agent.start();
        controller.until(() -> !controller.uses().isEmpty());
        assertEquals(
                Set.of(Instances.ID),
                controller.uses().stream().map(InstanceUse::id).collect(Collectors.toSet()));
    }

    @Test
    void whateverTheControllerAnswersTheAgentGoesOnAndChangesNothing() {
        controller.desire(Instances.running().build());
        agent.start();
        controller.await(shows(Instances.ID, AgentTest::runs));
        var before = List.copyOf(done);
        for (LinkFault.Kind kind :
                List.of(
                        LinkFault.Kind.GARBAGE,
                        LinkFault.Kind.BUSY,
                        LinkFault.Kind.TIMEOUT,
                        LinkFault.Kind.UNREACHABLE)) {
            controller.failing(kind);
            controller.awaitFailedCalls(2);
            assertEquals(before, List.copyOf(done), kind.name());
            controller.failing(null);
            controller.await(shows(Instances.ID, AgentTest::runs));
        }
        controller.desire(Instances.running().deleted().build());
        controller.await(shows(Instances.ID, i -> i.state() == DomainState.REMOVED));
    }

    @Test
    void aReportThatFailedIsMadeAgainThoughThereIsNoNews() {
        agent.start();
        long before = controller.await(report -> report.complete()).sequence();
        controller.failing(LinkFault.Kind.UNREACHABLE);
        controller.awaitFailedReports(1);
        controller.failing(null);
        controller.until(() -> controller.last().sequence() > before + 1);
    }

    @Test
    void anAgentThatIsADuplicateChangesNothing() {
        controller.desire(Instances.running().build());
        controller.failing(LinkFault.Kind.DUPLICATE);
        agent.start();
        controller.awaitFailedCalls(1);
        var foreign = UUID.randomUUID();
        hypervisor.put(
                new ObservedDomain(
                        foreign,
                        "x",
                        false,
                        0,
                        0,
                        1,
                        32,
                        Set.of(),
                        DomainState.RUNNING,
                        null,
                        Map.of(),
                        Machine.PLAIN.word(),
                        Instances.SMALL));
        controller.awaitFailedCalls(2);
        assertEquals(List.of(), List.copyOf(done));
    }

    @Test
    void aRestartedAgentKnowsItsLevelsWhenTheControllerIsAway() throws Exception {
        controller.desire(Instances.running().build());
        agent.start();
        controller.await(shows(Instances.ID, AgentTest::runs));
        controller.until(() -> Files.exists(data.resolve("desired.json")));
        agent.close();

        controller.failing(LinkFault.Kind.UNREACHABLE);
        hypervisor.put(
                new ObservedDomain(
                        Instances.ID,
                        "yq",
                        true,
                        1,
                        0,
                        1,
                        32,
                        Set.of(),
                        DomainState.SHUTOFF,
                        "crashed",
                        Map.of(),
                        Machine.PLAIN.word(),
                        Instances.SMALL));
        agent = newAgent();
        agent.start();
        controller.until(
                () -> List.copyOf(done).getLast().equals("start") && List.copyOf(done).size() == 5);
    }

    @Test
    void aVolumeIsHeardOfByItselfAndKnownToARestartedAgent() throws Exception {
        agent.start();
        controller.await(report -> report.complete());
        controller.desire(Volumes.fresh(Volumes.ID, 3));
        controller.await(AgentTest::showsVolume);
        controller.until(() -> kept().contains(Volumes.ID.toString()));
        agent.close();

        controller.failing(LinkFault.Kind.UNREACHABLE);
        hypervisor.lose(Volumes.ID);
        agent = newAgent();
        agent.start();
        controller.until(() -> List.copyOf(done).equals(List.of("make", "make")));
    }

    @Test
    void whatCannotBeSeenIsNotSaidToBeGone() {
        controller.desire(Instances.running().build());
        agent.start();
        controller.await(shows(Instances.ID, AgentTest::runs));
        hypervisor.blind("socket is gone");
        var report = controller.await(r -> !r.complete());
        assertEquals("socket is gone", report.unobservedReason());
        controller.desire(Instances.running().deleted().build());
        controller.until(() -> kept().contains("\"deleted\":true"));
        controller.await(r -> !r.complete() && r.appliedRevision() == 2);
        assertFalse(List.copyOf(done).contains("undefine"));
        hypervisor.see();
        controller.await(shows(Instances.ID, i -> i.state() == DomainState.REMOVED));
    }

    @Test
    void aFailureReachesTheReportInTheHypervisorsWordsUntilItIsOver() {
        hypervisor.startsFailWith("Cannot allocate memory");
        controller.desire(Instances.running().build());
        agent.start();
        var report = controller.await(shows(Instances.ID, i -> i.fault() != null));
        var fault = report.instances().getFirst().fault();
        assertNotNull(fault);
        assertEquals("start", fault.step());
        assertEquals("Cannot allocate memory", fault.message());
        controller.await(shows(Instances.ID, i -> i.fault() != null && i.fault().attempts() > 1));
        hypervisor.startsFailWith(null);
        controller.await(shows(Instances.ID, i -> runs(i) && i.fault() == null));
    }

    @Test
    void aTombstoneDoesNotWaitForAnImage() {
        var slow = new CountDownLatch(1);
        hypervisor.fetchesWaitFor(slow);
        controller.desire(Instances.running().build());
        agent.start();
        controller.await(shows(Instances.ID, i -> "image".equals(i.step())));
        controller.desire(Instances.running().deleted().build());
        controller.await(shows(Instances.ID, i -> i.state() == DomainState.REMOVED));
        assertEquals(List.of("erase"), List.copyOf(done));
        slow.countDown();
    }

    @Test
    void orphansAndForeignersAreReportedAndLeftAlone() {
        var orphan = UUID.randomUUID();
        var foreign = UUID.randomUUID();
        hypervisor.put(
                new ObservedDomain(
                        orphan,
                        "yq-gone",
                        true,
                        3,
                        0,
                        1,
                        32,
                        Set.of(),
                        DomainState.RUNNING,
                        null,
                        Map.of(),
                        Machine.PLAIN.word(),
                        Instances.SMALL));
        hypervisor.put(
                new ObservedDomain(
                        foreign,
                        "legacy",
                        false,
                        0,
                        0,
                        1,
                        32,
                        Set.of(),
                        DomainState.SHUTOFF,
                        null,
                        Map.of(),
                        Machine.PLAIN.word(),
                        Instances.SMALL));
        controller.desire();
        agent.start();
        var report = controller.await(r -> r.complete() && r.unknownDomains().size() == 2);
        assertTrue(report.instances().isEmpty());
        assertEquals(List.of(), List.copyOf(done));
    }

    @Test
    void anOrphanIsPutAsideAndBackAsTheControllerSays() throws Exception {
        var orphan = Orphans.volume(Volumes.ID);
        hypervisor.makeVolume(Volumes.ID, 1);
        controller.desire();
        agent.start();
        controller.await(showsOrphan(orphan, false));
        controller.desire(Orphans.quarantined(orphan));
        controller.await(showsOrphan(orphan, true));
        controller.desire(Orphans.released(orphan));
        controller.await(showsOrphan(orphan, false));
        assertEquals(List.of("make", "quarantine", "release"), List.copyOf(done));
    }

    private static Predicate<HostObserved> showsOrphan(OrphanKey key, boolean quarantined) {
        return report -> {
            var orphans = report.orphans();
            return orphans != null
                    && orphans.stream()
                            .anyMatch(orphan ->
                                    orphan.orphan().equals(key)
                                            && orphan.quarantined() == quarantined);
        };
    }

    @Test
    void anOlderEpochIsRefusedAndSaid() {
        hypervisor.put(
                new ObservedDomain(
                        Instances.ID,
                        "yq",
                        true,
                        9,
                        0,
                        1,
                        32,
                        Set.of(),
                        DomainState.RUNNING,
                        null,
                        Map.of(),
                        Machine.PLAIN.word(),
                        Instances.SMALL));
        controller.desire(Instances.running().deleted().build());
        agent.start();
        var report = controller.await(shows(Instances.ID, i -> i.fault() != null));
        assertEquals(9, report.instances().getFirst().epoch());
        assertEquals(DomainState.RUNNING, report.instances().getFirst().state());
        assertEquals(List.of(), List.copyOf(done));
    }

    private String kept() {
        try {
            Path file = data.resolve("desired.json");
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean showsVolume(HostObserved report) {
        var volumes = report.volumes();
        return volumes != null
                && volumes.stream().anyMatch(volume -> volume.state() == VolumeState.PRESENT);
    }

    private static boolean runs(InstanceObserved instance) {
        return instance.state() == DomainState.RUNNING;
    }
}
