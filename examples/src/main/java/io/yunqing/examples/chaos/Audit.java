package io.yunqing.examples.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.api.Power;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Testbed;
import io.yunqing.examples.cloud.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Whether hosts and books hold what was promised, exactly once, and nothing else. */
final class Audit {
    static final Duration PATIENCE = Duration.ofMinutes(4);

    /** Agents look for what belongs to nobody every 30 s. */
    private static final Duration A_WHOLE_LOOK = Duration.ofSeconds(40);

    static final String TENANT = "/v1/tenants/" + Cloud.TENANT;

    private final Cloud cloud;
    private final Testbed testbed;
    private final Rest rest;
    private final List<Machine> machines;
    private final List<Volume> volumes;
    private final StorageAudit storage;

    /**
     * @param repository the folder of the backups
     */
    Audit(Cloud cloud, List<Owner> owners, Path repository) throws IOException {
        this.cloud = cloud;
        this.testbed = cloud.testbed();
        this.rest = cloud.rest();
        this.machines = owners.stream().flatMap(o -> o.machines().values().stream()).toList();
        this.volumes =
                owners.stream().flatMap(o -> o.storekeeper().volumes().values().stream()).toList();
        List<Backup> backups =
                owners.stream().flatMap(o -> o.storekeeper().backups().values().stream()).toList();
        this.storage = new StorageAudit(cloud, volumes, backups, repository);
    }

    /**
     * Waits until all is as it was asked, and looks whether it is that alone.
     *
     * @throws AssertionError if it is not
     */
    void hold() throws IOException {
        cloud.awaitController();
        cloud.awaitAgents();
        for (Machine machine : machines) {
            cloud.awaitPhase(machine.name(), phase(machine.power()), PATIENCE);
        }
        storage.await();
        Until.holds(
                "what was deleted is gone",
                PATIENCE,
                () ->
                        listed("instances").equals(machineIds(_ -> true))
                                && listed("volumes").equals(volumeIds())
                                && listed("backups").equals(storage.backupIds()));
        promisesAreKept();
        hostsHoldNothingElse();
        storage.hold();
        Until.pause(A_WHOLE_LOOK);
        same("orphans", List.of(), listed("orphans", "/v1/orphans"));
        booksAreRight();
        System.out.printf(
                "all is as it was asked: %d instances, %d volumes, %d backups%n",
                machines.size(), volumes.size(), storage.backupIds().size());
    }

    private static String phase(Power power) {
        return switch (power) {
            case RUNNING -> "RUNNING";
            case PAUSED -> "PAUSED";
            case STOPPED, OFF -> "STOPPED";
        };
    }

    private void promisesAreKept() throws IOException {
        for (Machine machine : machines) {
            JsonNode there = rest.get(Cloud.instancePath(machine.name())).body();
            JsonNode spec = there.path("spec");
            same(
                    machine.name(),
                    machine,
                    new Machine(
                            machine.name(),
                            there.at("/metadata/id").asText(),
                            spec.path("flavor").asText(),
                            Power.valueOf(spec.path("power").asText("RUNNING")),
                            spec.path("boot").asInt(),
                            spec.path("rebuild").asInt(),
                            spec.hasNonNull("rescue")));
        }
    }

    private void hostsHoldNothingElse() throws IOException {
        List<String> defined = new ArrayList<>();
        List<String> running = new ArrayList<>();
        List<String> paused = new ArrayList<>();
        List<String> folders = new ArrayList<>();
        List<String> files = new ArrayList<>();
        TreeMap<String, List<String>> disks = new TreeMap<>();
        for (int host = 1; host <= cloud.hosts(); host++) {
            for (String id : words(testbed.virsh(host, "list", "--all", "--uuid"))) {
                defined.add(id);
                disks.put(id, volumesOf(host, id));
            }
            running.addAll(words(testbed.virsh(host, "list", "--state-running", "--uuid")));
            paused.addAll(words(testbed.virsh(host, "list", "--state-paused", "--uuid")));
            folders.addAll(testbed.instanceFolders(host));
            files.addAll(names(testbed.pool(host).resolve("volumes")));
        }
        same("domains", machineIds(_ -> true), sorted(defined));
        same("running domains", machineIds(m -> m.power() == Power.RUNNING), sorted(running));
        same("paused domains", machineIds(m -> m.power() == Power.PAUSED), sorted(paused));
        same("instances' folders", machineIds(_ -> true), sorted(folders));
        same(
                "volumes' files",
                sorted(volumes.stream().flatMap(Volume::files).toList()),
                sorted(files));
        for (Machine machine : machines) {
            same(
                    "volumes of " + machine.name(),
                    sorted(
                            volumes.stream()
                                    .filter(v -> machine.name().equals(v.machine()))
                                    .map(Volume::id)
                                    .toList()),
                    disks.getOrDefault(machine.id(), List.of()));
        }
    }

    /** The ids in the paths of a domain's disks. */
    private List<String> volumesOf(int host, String domain) throws IOException {
        return sorted(
                testbed.virsh(host, "domblklist", domain)
                        .lines()
                        .filter(line -> line.contains("/volumes/"))
                        .map(line ->
                                line.replaceFirst(".*/volumes/", "").replace(".qcow2", "").strip())
                        .toList());
    }

    private void booksAreRight() throws IOException {
        JsonNode doctor = rest.get("/v1/doctor").body();
        same("the doctor's word of " + doctor, true, doctor.path("healthy").asBoolean());
        JsonNode used = rest.get(TENANT).body().at("/status/used");
        same("the tenant's vCPUs", machines.size(), used.path("vcpus").asInt());
        same(
                "the tenant's storage",
                machines.size() + volumes.stream().mapToInt(Volume::sizeGiB).sum(),
                used.path("storageGiB").asInt());
        int promised = 0;
        for (int host = 1; host <= cloud.hosts(); host++) {
            promised +=
                    rest.get("/v1/hosts/" + Cloud.hostName(host))
                            .body()
                            .at("/status/capacity/vcpus/used")
                            .asInt();
        }
        same("the hosts' vCPUs", machines.size(), promised);
    }

    private List<String> machineIds(Predicate<Machine> which) {
        return sorted(machines.stream().filter(which).map(Machine::id).toList());
    }

    private List<String> volumeIds() {
        return sorted(volumes.stream().map(Volume::id).toList());
    }

    private List<String> listed(String what) throws IOException {
        return listed(what, TENANT + "/" + what);
    }

    private List<String> listed(String what, String path) throws IOException {
        JsonNode items = rest.get(path + "?limit=1000").body().path("items");
        if (!items.isArray()) {
            throw new IOException("no list of " + what);
        }
        List<String> ids = new ArrayList<>();
        items.forEach(item -> ids.add(item.at("/metadata/id").asText(item.toString())));
        return sorted(ids);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static List<String> words(String lines) {
        return lines.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    static List<String> sorted(List<String> words) {
        return words.stream().sorted().toList();
    }

    static void same(String what, Object promised, Object there) {
        if (!Objects.equals(promised, there)) {
            throw new AssertionError(
                    "%s: promised is %s, and there is %s".formatted(what, promised, there));
        }
    }
}
