package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.Wish.Step;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Testbed;
import io.yunqing.examples.cloud.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Whatever is killed while instances come, start, stop and go: in the end all is as it was last asked, exactly once.
 *
 * <p>The moments are drawn from a seed, which is printed; {@code -De2e.seed=N} draws the same again.
 */
class CrashIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(2);

    private static final Duration CONVERGENCE = Duration.ofMinutes(2);
    private static final UUID STRANGER = UUID.fromString("6f0e4bd1-5c55-4d0c-9f6c-0a4f2f1b7a11");

    private final long seed = Long.getLong("e2e.seed", System.nanoTime() & 0xffff_ffffL);
    private final Random random = new Random(seed);
    private final Cloud cloud = FIXTURE.cloud();
    private final Testbed testbed = cloud.testbed();
    private final Rest rest;

    CrashIT() throws IOException {
        rest = cloud.rest();
    }

    @BeforeEach
    void aStrangerIsThereBefore() throws IOException {
        Path xml = cloud.folder().resolve("stranger.xml");
        Files.writeString(
                xml,
                """
                <domain type='qemu'><name>legacy-fileserver</name><uuid>%s</uuid><memory unit='MiB'>32</memory>
                <os><type arch='x86_64' machine='q35'>hvm</type></os></domain>
                """
                        .formatted(STRANGER));
        testbed.virsh(1, "define", xml.toString());
        testbed.virsh(1, "start", "--paused", STRANGER.toString());
    }

    @Test
    void whateverIsKilledAllIsAsAskedExactlyOnce() throws Exception {
        System.err.println("CrashIT draws its moments with -De2e.seed=" + seed);
        String strangerBefore = stranger();
        List<Wish> wishes = wishes();
        try (ExecutorService askers = Executors.newFixedThreadPool(wishes.size())) {
            List<CompletableFuture<Void>> asked =
                    wishes.stream()
                            .map(wish -> CompletableFuture.runAsync(() -> wish.ask(rest), askers))
                            .toList();
            for (Killing killing : killings()) {
                Until.pause(Duration.ofMillis(random.nextInt(100, 2500)));
                killing.run();
            }
            CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                    .get(CONVERGENCE.toSeconds(), TimeUnit.SECONDS);
        }
        cloud.awaitController();
        cloud.awaitAgents();

        Map<UUID, Boolean> wanted = awaitPhases(wishes);
        eachIsWhereItIsToBeOnce(wanted);
        nothingElseIsLeft(wanted);
        theBooksAreRight(wanted.size());
        assertEquals(strangerBefore, stranger(), "a domain that is not ours was touched");
        assertTrue(cloud.yqctl().ok("host", "show", "host-1").contains("legacy-fileserver"));
    }

    /** Eight vCPUs are all that two hosts have here; so at most eight instances at a time. */
    private List<Wish> wishes() {
        return List.of(
                Wish.of("stays", seed, Step.CREATE),
                Wish.of("restarted", seed + 1, Step.CREATE, Step.FORCE_OFF, Step.START),
                Wish.of("shut-down", seed + 2, Step.CREATE, Step.STOP),
                Wish.of("born-off", seed + 3, Step.CREATE_OFF, Step.START, Step.FORCE_OFF),
                Wish.of("short-lived", seed + 4, Step.CREATE, Step.DELETE),
                Wish.of("stopped-gone", seed + 5, Step.CREATE, Step.STOP, Step.DELETE),
                Wish.of("made-twice", seed + 6, Step.CREATE, Step.DELETE, Step.CREATE));
    }

    /** One process killed and brought back. */
    @FunctionalInterface
    private interface Killing {
        void run() throws IOException;
    }

    private List<Killing> killings() {
        List<Killing> killings = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            killings.add(() -> killed(cloud.controller()));
            killings.add(() -> killed(cloud.agent(1)));
            killings.add(() -> killed(cloud.agent(2)));
        }
        killings.add(() -> {
            said("PostgreSQL");
            ProcessHandle.of(cloud.postgres()).ifPresent(ProcessHandle::destroyForcibly);
        });
        killings.add(() -> {
            said("libvirtd of host 2");
            testbed.killLibvirt(2);
        });
        Collections.shuffle(killings, random);
        return killings;
    }

    private void killed(Program program) {
        said(program.name());
        program.kill();
        Until.pause(Duration.ofMillis(random.nextInt(1500)));
        program.start();
        if (program == cloud.controller()) {
            // Else nothing would ever be asked of it before it is killed again.
            cloud.awaitController();
        }
    }

    private static void said(String victim) {
        System.err.println("CrashIT kills " + victim);
    }

    /** What there is to be in the end, and whether it is to run, by the ids it got. */
    private Map<UUID, Boolean> awaitPhases(List<Wish> wishes) throws IOException {
        Map<UUID, Boolean> wanted = new TreeMap<>();
        for (Wish wish : wishes) {
            if (wish.exists()) {
                JsonNode instance =
                        cloud.awaitPhase(
                                wish.name(), wish.runs() ? "RUNNING" : "STOPPED", CONVERGENCE);
                wanted.put(UUID.fromString(instance.at("/metadata/id").asText()), wish.runs());
            } else {
                Until.holds(
                        wish.name() + " is gone",
                        CONVERGENCE,
                        () -> rest.get(Cloud.instancePath(wish.name())).status() == 404);
            }
        }
        return wanted;
    }

    private void eachIsWhereItIsToBeOnce(Map<UUID, Boolean> wanted) throws IOException {
        List<UUID> existing = new ArrayList<>();
        List<UUID> running = new ArrayList<>();
        for (int host = 1; host <= cloud.hosts(); host++) {
            existing.addAll(testbed.domains(host));
            running.addAll(testbed.runningDomains(host));
        }
        existing.remove(STRANGER);
        assertEquals(
                wanted.keySet().stream().sorted().toList(),
                existing.stream().sorted().toList(),
                "the domains of all hosts");
        assertEquals(
                wanted.keySet().stream().filter(wanted::get).sorted().toList(),
                running.stream().sorted().toList(),
                "the running domains of all hosts");
    }

    private void nothingElseIsLeft(Map<UUID, Boolean> wanted) throws IOException {
        List<String> folders = new ArrayList<>();
        for (int host = 1; host <= cloud.hosts(); host++) {
            folders.addAll(testbed.instanceFolders(host));
        }
        assertEquals(
                wanted.keySet().stream().map(UUID::toString).sorted().toList(),
                folders.stream().sorted().toList(),
                "the instances' folders of all hosts");
    }

    private void theBooksAreRight(int instances) throws IOException {
        JsonNode doctor = rest.get("/v1/doctor").body();
        assertTrue(doctor.path("healthy").asBoolean(), doctor::toString);
        JsonNode tenant = rest.get("/v1/tenants/" + Cloud.TENANT).body().path("status");
        // A tiny one takes one vCPU.
        assertEquals(instances, tenant.path("instances").asInt());
        assertEquals(instances, tenant.at("/used/vcpus").asInt(), tenant::toString);
        int promised = 0;
        for (int host = 1; host <= cloud.hosts(); host++) {
            promised +=
                    rest.get("/v1/hosts/" + Cloud.hostName(host))
                            .body()
                            .at("/status/capacity/vcpus/used")
                            .asInt();
        }
        assertEquals(instances, promised, "what hosts are promised for");
    }

    /** All that libvirt has to say of it; its id would differ had it been restarted. */
    private String stranger() throws IOException {
        return testbed.virsh(1, "domid", STRANGER.toString())
                + testbed.virsh(1, "domstate", STRANGER.toString())
                + testbed.virsh(1, "dumpxml", STRANGER.toString());
    }
}
