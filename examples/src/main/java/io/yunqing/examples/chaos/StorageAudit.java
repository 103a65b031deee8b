package io.yunqing.examples.chaos;

import static io.yunqing.examples.chaos.Audit.PATIENCE;
import static io.yunqing.examples.chaos.Audit.TENANT;
import static io.yunqing.examples.chaos.Audit.same;
import static io.yunqing.examples.chaos.Audit.sorted;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Whether volumes and backups are what was promised, and files hold what they are to hold. */
final class StorageAudit {
    /** The file by which a repository's folder is known. */
    private static final String MARK = "yunqing-repository";

    private final Cloud cloud;
    private final Rest rest;
    private final List<Volume> volumes;
    private final List<Backup> backups;
    private final Path repository;

    StorageAudit(Cloud cloud, List<Volume> volumes, List<Backup> backups, Path repository)
            throws IOException {
        this.cloud = cloud;
        this.rest = cloud.rest();
        this.volumes = volumes;
        this.backups = backups;
        this.repository = repository;
    }

    /** Waits until all are there, and whole. */
    void await() {
        for (Volume volume : volumes) {
            awaitPhase(path(volume), volume.machine() == null ? "AVAILABLE" : "ATTACHED");
        }
        for (Backup backup : backups) {
            awaitPhase(path(backup), "AVAILABLE");
        }
    }

    /**
     * Looks at each of them.
     *
     * @throws AssertionError if one is not as promised, or the repository holds what is in no books
     */
    void hold() throws IOException {
        for (Volume volume : volumes) {
            JsonNode there = rest.get(path(volume)).body();
            JsonNode spec = there.path("spec");
            same(
                    volume.name(),
                    volume,
                    new Volume(
                            volume.name(),
                            there.at("/metadata/id").asText(),
                            spec.path("sizeGiB").asInt(),
                            spec.hasNonNull("instance") ? spec.path("instance").asText() : null,
                            spec.path("snapshot").asBoolean(),
                            spec.path("restore").asInt(),
                            volume.like()));
        }
        same(
                "the repository's files",
                sorted(
                        Stream.concat(
                                        backups.stream().flatMap(Backup::files),
                                        backups.isEmpty() ? Stream.of() : Stream.of(MARK))
                                .toList()),
                filesOfRepository());
        for (Backup backup : backups) {
            JsonNode status = rest.get(path(backup)).body().path("status");
            String digest =
                    run("sha256sum", repository.resolve(backup.file()).toString()).split(" ")[0];
            same("the digest of " + backup.name(), status.path("sha256").asText(), digest);
        }
        for (Volume volume : volumes) {
            String like = volume.like();
            if (like != null) {
                same(
                        volume.name() + " compared with " + like,
                        "Images are identical.",
                        run("qemu-img", "compare", file(volume), file(named(like)))
                                .lines()
                                .reduce("", (_, last) -> last));
            }
        }
    }

    List<String> backupIds() {
        return sorted(backups.stream().map(Backup::id).toList());
    }

    private Volume named(String name) {
        return volumes.stream()
                .filter(volume -> volume.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void awaitPhase(String path, String phase) {
        Until.holds(
                path + " is " + phase,
                PATIENCE,
                () -> rest.get(path).body().at("/status/phase").asText().equals(phase),
                () -> described(path));
    }

    private String described(String path) {
        try {
            return rest.get(path).body().toPrettyString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private String run(String... command) throws IOException {
        return cloud.testbed().exec(1, command);
    }

    private String file(Volume volume) {
        for (int host = 1; host <= cloud.hosts(); host++) {
            Path file =
                    cloud.testbed().pool(host).resolve("volumes").resolve(volume.id() + ".qcow2");
            if (Files.exists(file)) {
                return file.toString();
            }
        }
        throw new AssertionError("there is no file of " + volume);
    }

    /** The mark is there once the first backup was. */
    private List<String> filesOfRepository() throws IOException {
        try (Stream<Path> all = Files.walk(repository)) {
            return sorted(
                    all.filter(Files::isRegularFile)
                            .map(file -> repository.relativize(file).toString())
                            .filter(file -> !backups.isEmpty() || !file.equals(MARK))
                            .toList());
        }
    }

    private static String path(Volume volume) {
        return TENANT + "/volumes/" + volume.name();
    }

    private static String path(Backup backup) {
        return TENANT + "/backups/" + backup.name();
    }
}
