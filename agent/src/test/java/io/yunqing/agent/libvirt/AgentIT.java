package io.yunqing.agent.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.yunqing.agent.Agent;
import io.yunqing.agent.FakeController;
import io.yunqing.agent.Instances;
import io.yunqing.agent.Orphans;
import io.yunqing.agent.Volumes;
import io.yunqing.agent.link.Endpoint;
import io.yunqing.agent.link.Enrolment;
import io.yunqing.agent.link.HttpController;
import io.yunqing.agent.link.Rhythm;
import io.yunqing.agent.platform.Threads;
import io.yunqing.agent.platform.Tool;
import io.yunqing.agent.storage.Layout;
import io.yunqing.api.HostInventory;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.libvirt.Connect;

/** The whole agent on a real libvirt with real QEMU, against a controller that is a fake but for its TLS. */
class AgentIT {

    private static final UUID SECOND = UUID.fromString("0198f1a2-7b3c-7def-8123-456789abcde0");

    private LibvirtHost host;
    private FakeController controller;
    private Layout layout;
    private Path data;
    private ImageSource image;
    private Agent agent;

    @BeforeEach
    void start() throws Exception {
        String missing = LibvirtHost.missing();
        if (!missing.isEmpty()) {
            System.err.println("AgentIT is skipped: " + missing);
        }
        assumeTrue(missing.isEmpty(), missing);
        host = new LibvirtHost();
        controller = new FakeController();
        layout = new Layout(host.folder("pool"));
        data = host.folder("data");
        image = host.emptyImage();
        agent = startAgent();
    }

    @AfterEach
    void stop() throws IOException {
        if (agent != null) {
            agent.close();
        }
        if (controller != null) {
            controller.close();
        }
        if (host != null) {
            host.close();
        }
    }

    @Test
    void fromNothingToRunningAndBackToNothing() throws Exception {
        var running = Instances.running().image(image).build();
        controller.desire(running);
        awaitState("it runs", DomainState.RUNNING);
        assertTrue(Files.exists(layout.disk(Instances.ID)));
        assertTrue(Files.exists(layout.seed(Instances.ID)));

        controller.desire(Instances.running().image(image).power(Power.OFF).build());
        awaitState("it is off", DomainState.SHUTOFF);
        controller.desire(running);
        awaitState("it runs again", DomainState.RUNNING);

        controller.desire(Instances.running().image(image).deleted().build());
        awaitState("it is removed", DomainState.REMOVED);
        assertFalse(Files.exists(layout.instance(Instances.ID)));
        assertEquals(0, virsh("list --all --uuid").strip().length());
    }

    @Test
    void aGuestReadsItsSeed() throws Exception {
        var guest = guest();
        String script =
                "#!/bin/sh\n%secho 商事登记 $(wc -c </seed/user-data)\n"
                        .formatted("# longer than one block\n".repeat(200));
        int length = script.getBytes(StandardCharsets.UTF_8).length;
        var keys = List.of("ssh-ed25519 AAAA me", "ssh-rsa AAAA you");
        controller.desire(
                Instances.running()
                        .image(guest)
                        .memoryMiB(96)
                        .seed(new InstanceDesired.Seed("land-register-7", keys, script))
                        .build());
        controller.await(
                "the guest is ready", report -> console().contains("yunqing-guest: ready after"));
        for (String line : List.of("hostname=land-register-7", "ssh-keys=2", "商事登记 " + length)) {
            assertTrue(console().contains(line), () -> "lacks " + line + ":\n" + console());
        }
    }

    @Test
    void whatAGuestWroteOnAVolumeIsReadByTheNextOne() throws Exception {
        var guest = guest();
        String serial = VolumeDesired.serial(Volumes.ID);
        var first =
                Instances.running()
                        .image(guest)
                        .memoryMiB(96)
                        .seed(watching("printf kept | dd of=$device conv=fsync 2>/dev/null"));
        controller.desire(Volumes.fresh(Volumes.ID, 1));
        controller.desire(first.build());
        awaitConsole(Instances.ID, "watching");

        controller.desire(first.volumes(Volumes.ID).build());
        awaitConsole(Instances.ID, serial + " of " + (1L << 30) / 512);
        controller.desire(Volumes.made(Volumes.ID, 2));
        awaitConsole(Instances.ID, serial + " of " + (2L << 30) / 512);

        var second = Instances.running().id(SECOND).name("web-2").image(guest).memoryMiB(96);
        controller.desire(second.seed(watching(":")).volumes(Volumes.ID).build());
        controller.desire(first.volumes().build());
        controller.await("the second has it", volume(v -> SECOND.equals(v.instance())));
        awaitConsole(SECOND, serial + " of " + (2L << 30) / 512 + " says kept");

        controller.desire(second.deleted().build());
        controller.desire(Volumes.tombstone(Volumes.ID));
        controller.await("it is removed", volume(v -> v.state() == VolumeState.REMOVED));
        assertFalse(Files.exists(layout.volume(Volumes.ID)));
        assertTrue(has(DomainState.RUNNING).test(controller.await("any", report -> true)));
    }

    /** A guest that says again and again which volumes it has and how they begin, and does something with each. */
    private static InstanceDesired.Seed watching(String work) {
        String script =
                """
                #!/bin/sh
                echo watching
                while sleep 1; do
                    for disk in /sys/block/vd*; do
                        serial=$(cat $disk/serial)
                        [ -n "$serial" ] || continue
                        device=/dev/${disk##*/}
                        echo "$serial of $(cat $disk/size) says $(head -c 4 $device | tr -d '\\0')"
                        %s
                    done
                done
                """
                        .formatted(work);
        return new InstanceDesired.Seed("watching", List.of(), script);
    }

    private void awaitConsole(UUID instance, String words) {
        controller.await(
                words + " on the console of " + instance,
                report -> controller.consoles.getOrDefault(instance, "").contains(words));
    }

    private static Predicate<HostObserved> volume(Predicate<VolumeObserved> condition) {
        return report -> report.volumes() != null && report.volumes().stream().anyMatch(condition);
    }

    /** The testbed's guest, which boots and reads its seed. */
    private static ImageSource guest() throws IOException {
        Path built = Path.of("..", ".yunqing", "guest-image.sum");
        if (!Files.exists(built)) {
            System.err.println("AgentIT is skipped in part: ./dev test makes the guest's image");
        }
        assumeTrue(Files.exists(built));
        String[] sum = Files.readString(built).strip().split(" +", 2);
        return new ImageSource(
                "guest", Path.of(sum[1]).toUri().toString(), sum[0], ImageFormat.QCOW2, null);
    }

    private String console() {
        return controller.consoles.getOrDefault(Instances.ID, "");
    }

    @Test
    void aHostIsDescribed() {
        controller.await("inventory", report -> controller.lastWithInventory().isPresent());
        var inventory = controller.lastWithInventory().orElseThrow().inventory();
        assertNotNull(inventory);
        assertEquals("tcg", inventory.accelerator());
        assertEquals(
                List.of("test"), inventory.pools().stream().map(HostInventory.Pool::name).toList());
        assertEquals("dir", inventory.pools().getFirst().type());
        assertTrue(inventory.pools().getFirst().capacityGiB() > 0);
        assertTrue(inventory.hypervisor().startsWith("QEMU "), inventory.hypervisor());
        assertTrue(inventory.cpus() > 0 && inventory.memoryMiB() > 0);
    }

    @Test
    void aGuestThatIsDeafToAcpiRunsOnAndIsReported() {
        controller.desire(Instances.running().image(image).build());
        awaitState("it runs", DomainState.RUNNING);
        controller.desire(
                Instances.running().image(image).revision(9).power(Power.STOPPED).build());
        var after = controller.await("it was asked", report -> report.appliedRevision() >= 3);
        long sequence = after.sequence();
        var later = controller.await("reports go on", report -> report.sequence() > sequence + 2);
        assertEquals(
                DomainState.RUNNING, FakeController.in(later, Instances.ID).orElseThrow().state());
    }

    @Test
    void aNewAgentAdoptsWhatRuns() throws Exception {
        controller.desire(Instances.running().image(image).build());
        awaitState("it runs", DomainState.RUNNING);
        String before = virsh("domid " + Instances.ID);
        UUID start = controller.await("any", report -> true).agentStart();

        agent.close();
        agent = startAgent();
        var report =
                controller.await(
                        "the new agent sees it",
                        r -> !r.agentStart().equals(start) && has(DomainState.RUNNING).test(r));
        assertEquals(1, FakeController.in(report, Instances.ID).orElseThrow().epoch());
        assertEquals(before, virsh("domid " + Instances.ID), "the guest was not restarted");
        assertEquals(1, controller.enrolments());
    }

    @Test
    void aDomainOfSomebodyElseIsReportedAndLeftAlone() throws Exception {
        var foreign = UUID.randomUUID();
        var connect = new Connect(host.uri());
        connect.domainCreateXML(Orphans.definition(foreign), 0);
        controller.desire(Instances.running().image(image).build());
        var report =
                controller.await(
                        "ours runs, the other is reported",
                        has(DomainState.RUNNING)
                                .and(r ->
                                        r.unknownDomains().stream()
                                                .anyMatch(d -> d.uuid().equals(foreign))));
        assertEquals("running", report.unknownDomains().getFirst().state());
        controller.desire(Instances.running().image(image).deleted().build());
        awaitState("ours is gone", DomainState.REMOVED);
        assertEquals(foreign.toString(), virsh("list --uuid").strip());
        connect.close();
    }

    @Test
    void aLibvirtThatDiesIsSaidAndComesBack() throws Exception {
        controller.desire(Instances.running().image(image).build());
        awaitState("it runs", DomainState.RUNNING);
        host.kill();
        var blind = controller.await("blind", report -> !report.complete());
        assertNotNull(blind.unobservedReason());
        assertTrue(blind.unobservedReason().contains("libvirt"), blind.unobservedReason());
        host.start();
        var seen =
                controller.await(
                        "seen",
                        report -> report.complete() && has(DomainState.RUNNING).test(report));
        assertNull(seen.unobservedReason());
        controller.desire(Instances.running().image(image).power(Power.OFF).build());
        awaitState("it can be changed again", DomainState.SHUTOFF);
    }

    @Test
    void aGuestThatGoesOffBehindOurBackIsStartedAgain() throws Exception {
        controller.desire(Instances.running().image(image).build());
        awaitState("it runs", DomainState.RUNNING);
        String before = virsh("domid " + Instances.ID);
        virsh("destroy " + Instances.ID);
        awaitState("it is seen off", DomainState.SHUTOFF);
        awaitState("it runs again", DomainState.RUNNING);
        assertFalse(before.equals(virsh("domid " + Instances.ID)));
    }

    @Test
    void anImageThatIsNotWhatWasPromisedIsNamedAndNothingIsMade() throws Exception {
        var lying = new ImageSource("lying", image.url(), "f".repeat(64), ImageFormat.QCOW2, null);
        controller.desire(Instances.running().image(lying).build());
        var report =
                controller.await(
                        "a fault",
                        r ->
                                FakeController.in(r, Instances.ID)
                                        .filter(i -> i.fault() != null)
                                        .isPresent());
        var seen = FakeController.in(report, Instances.ID).orElseThrow();
        assertEquals(DomainState.ABSENT, seen.state());
        var fault = seen.fault();
        assertNotNull(fault);
        assertEquals("image", fault.step());
        assertTrue(fault.message().contains("f".repeat(64)), fault.message());
        assertTrue(fault.message().contains(image.sha256()), fault.message());
        assertEquals(0, virsh("list --all --uuid").strip().length());
    }

    private void awaitState(String what, DomainState state) {
        controller.await(what, has(state));
    }

    private static Predicate<HostObserved> has(DomainState state) {
        return report ->
                report.complete()
                        && FakeController.in(report, Instances.ID)
                                .filter(i -> i.state() == state)
                                .isPresent();
    }

    private Agent startAgent() throws Exception {
        var rhythm = new Rhythm(Threads.PLATFORM, new Random());
        var endpoint = Endpoint.at(controller.uri());
        var clock = InstantSource.system();
        var identity = Enrolment.ensure(data, endpoint, controller.token(), clock, rhythm);
        var hypervisor = host.hypervisor(layout);
        var started =
                new Agent(
                        data,
                        identity.host(),
                        hypervisor,
                        null,
                        HttpController.of(endpoint, identity),
                        rhythm);
        started.start();
        return started;
    }

    private String virsh(String command) throws IOException {
        var words = new java.util.ArrayList<>(List.of("virsh", "-q", "-c", host.uri()));
        words.addAll(List.of(command.split(" ")));
        return Tool.result(Duration.ofSeconds(20), words).output();
    }
}
