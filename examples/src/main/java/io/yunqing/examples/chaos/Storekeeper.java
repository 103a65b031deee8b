package io.yunqing.examples.chaos;

import static io.yunqing.examples.chaos.Answers.id;
import static io.yunqing.examples.chaos.Answers.said;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest.Answer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks for an owner's volumes, for snapshots and backups of them, and for volumes that are made from those. */
final class Storekeeper {
    /** Where the backups are kept. */
    static final String REPOSITORY = "vault";

    private static final String VOLUMES = "/v1/tenants/" + Cloud.TENANT + "/volumes";
    private static final String BACKUPS = "/v1/tenants/" + Cloud.TENANT + "/backups";
    private static final int MOST_VOLUMES = 3;
    private static final int MOST_SNAPSHOTS = 2;
    private static final int MOST_BACKUPS = 4;

    private final Supplier<String> names;
    private final Random random;
    private final RetryingRest retrying;
    private final Answers answers;
    private final Map<String, Volume> volumes = new TreeMap<>();
    private final Map<String, Backup> backups = new TreeMap<>();

    Storekeeper(Supplier<String> names, Random random, RetryingRest retrying, Answers answers) {
        this.names = names;
        this.random = random;
        this.retrying = retrying;
        this.answers = answers;
    }

    /** Snapshots too; by name. */
    Map<String, Volume> volumes() {
        return volumes;
    }

    /** By name. */
    Map<String, Backup> backups() {
        return backups;
    }

    boolean hasRoom() {
        return inUse().size() < MOST_VOLUMES;
    }

    /** Whether a volume is still to be taken from an instance. */
    boolean isAnyLeaving() {
        return volumes.keySet().stream()
                .map(name -> retrying.get(VOLUMES + "/" + name).body())
                .anyMatch(there -> there.at("/status/phase").asText().equals("DETACHING"));
    }

    void keep(Volume volume) {
        volumes.put(volume.name(), volume);
    }

    /** Its volumes stay. */
    void machineIsGone(Machine machine) {
        volumes.replaceAll(
                (_, volume) -> machine.name().equals(volume.machine()) ? volume.at(null) : volume);
    }

    /** Asks for something; returns what, when it was promised or refused. */
    String act(Machine machine) {
        int lot = random.nextInt(100);
        if (inUse().isEmpty() || (lot < 15 && hasRoom())) {
            return create(machine);
        }
        Volume volume = any(inUse());
        if (lot < 35) {
            return change(volume, machine);
        } else if (lot < 50) {
            return snapshots().size() < MOST_SNAPSHOTS
                    ? snapshot(volume)
                    : delete(any(snapshots()));
        } else if (lot < 65) {
            return snapshots().isEmpty() ? snapshot(volume) : copyBack(any(snapshots()), volume);
        } else if (lot < 82) {
            return backups.size() < MOST_BACKUPS ? backUp(volume) : delete(anyBackup());
        }
        return backups.isEmpty() || !hasRoom() ? backUp(volume) : create(anyBackup(), machine);
    }

    private List<Volume> inUse() {
        return volumes.values().stream().filter(volume -> !volume.snapshot()).toList();
    }

    private List<Volume> snapshots() {
        return volumes.values().stream().filter(Volume::snapshot).toList();
    }

    private Backup anyBackup() {
        return any(List.copyOf(backups.values()));
    }

    private <T> T any(List<T> things) {
        return things.get(random.nextInt(things.size()));
    }

    private String create(Machine machine) {
        String name = names.get();
        Answer answer =
                post(VOLUMES, name, "\"sizeGiB\":1,\"instance\":\"%s\"".formatted(machine.name()));
        if (answers.promised(answer, 201)) {
            keep(Volume.made(name, id(answer.body()), 1, machine.name()));
        }
        return said("create volume " + name + " of " + machine.name(), answer);
    }

    private String create(Backup backup, Machine machine) {
        String name = names.get();
        Answer answer =
                post(
                        VOLUMES,
                        name,
                        "\"sizeGiB\":%d,\"fromBackup\":\"%s\",\"instance\":\"%s\""
                                .formatted(backup.sizeGiB(), backup.name(), machine.name()));
        if (answers.promised(answer, 201)) {
            keep(Volume.made(name, id(answer.body()), backup.sizeGiB(), machine.name()));
        }
        return said("create volume " + name + " from backup " + backup.name(), answer);
    }

    private String snapshot(Volume volume) {
        return copy(volume, true);
    }

    private String copy(Volume source, boolean snapshot) {
        String name = names.get();
        Answer answer =
                post(
                        VOLUMES,
                        name,
                        "\"sizeGiB\":%d,\"copyOf\":\"%s\",\"snapshot\":%s"
                                .formatted(source.sizeGiB(), source.name(), snapshot));
        if (answers.promised(answer, 201)) {
            keep(
                    new Volume(
                            name,
                            id(answer.body()),
                            source.sizeGiB(),
                            null,
                            snapshot,
                            0,
                            snapshot ? null : source.name()));
        }
        return said((snapshot ? "snapshot " : "copy ") + name + " of " + source.name(), answer);
    }

    /** Onto the volume if nobody has it, else into a new one if there may be one more. */
    private String copyBack(Volume snapshot, Volume volume) {
        if (volume.machine() != null) {
            return hasRoom() ? copy(snapshot, false) : detach(volume);
        }
        return change(
                volume, volume.restoredFrom(snapshot.name()), "restore from " + snapshot.name());
    }

    private String backUp(Volume volume) {
        String name = names.get();
        Answer answer =
                post(
                        BACKUPS,
                        name,
                        "\"volume\":\"%s\",\"repository\":\"%s\""
                                .formatted(volume.name(), REPOSITORY));
        if (answers.promised(answer, 201)) {
            backups.put(name, new Backup(name, id(answer.body()), volume.id(), volume.sizeGiB()));
        }
        return said("back up " + volume.name() + " as " + name, answer);
    }

    private String change(Volume volume, Machine machine) {
        if (random.nextInt(4) == 0) {
            return change(volume, volume.of(volume.sizeGiB() + 1), "grow");
        } else if (volume.machine() != null) {
            return detach(volume);
        } else if (random.nextBoolean()) {
            return change(volume, volume.at(machine.name()), "attach to " + machine.name());
        }
        return delete(volume);
    }

    private String detach(Volume volume) {
        return change(volume, volume.at(null), "detach");
    }

    private String delete(Volume volume) {
        Answer answer = retrying.delete(VOLUMES + "/" + volume.name());
        if (answers.gone(answer)) {
            volumes.remove(volume.name());
            volumes.replaceAll((_, other) -> other.unlike(volume.name()));
        }
        return said("delete volume " + volume.name(), answer);
    }

    private String delete(Backup backup) {
        Answer answer = retrying.delete(BACKUPS + "/" + backup.name());
        if (answers.gone(answer)) {
            backups.remove(backup.name());
        }
        return said("delete backup " + backup.name(), answer);
    }

    private String change(Volume volume, Volume wished, String what) {
        Answer answer =
                retrying.change(
                        VOLUMES + "/" + volume.name(),
                        spec -> {
                            spec.put("sizeGiB", wished.sizeGiB());
                            attach(spec, wished.machine());
                            if (wished.restore() > volume.restore()) {
                                spec.put("restore", wished.restore()).put("copyOf", wished.like());
                            }
                        });
        if (answers.promised(answer, 200)) {
            keep(wished);
        }
        return said(what + " volume " + volume.name(), answer);
    }

    private Answer post(String path, String name, String spec) {
        return retrying.post(
                path,
                new UUID(random.nextLong(), random.nextLong()),
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{%s}}".formatted(name, spec));
    }

    private static void attach(ObjectNode spec, @Nullable String machine) {
        if (machine == null) {
            spec.remove("instance");
        } else {
            spec.put("instance", machine);
        }
    }
}
