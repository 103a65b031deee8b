package io.yunqing.agent.seed;

import io.yunqing.agent.platform.Tool;
import io.yunqing.api.agent.InstanceDesired;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/** A seed as the ISO 9660 file system labelled {@code cidata} that guests look for. */
public final class SeedImage {

    private SeedImage() {}

    public static void write(InstanceDesired instance, Path file, Duration deadline)
            throws IOException {
        Path folder = file.resolveSibling(file.getFileName() + ".d");
        Path metaData = folder.resolve("meta-data");
        Path userData = folder.resolve("user-data");
        Path networkConfig = folder.resolve("network-config");
        var seed = Seed.of(instance);
        try {
            if (!Files.exists(folder)) {
                Files.createDirectory(
                        folder,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
            Files.writeString(metaData, seed.metaData());
            Files.writeString(userData, seed.userData());
            Files.writeString(networkConfig, seed.networkConfig());
            Tool.run(
                    deadline,
                    List.of(
                            "genisoimage",
                            "-quiet",
                            "-V",
                            "cidata",
                            "-J",
                            "-r",
                            "-o",
                            file.toString(),
                            folder.toString()));
        } finally {
            for (Path left : List.of(metaData, userData, networkConfig, folder)) {
                Files.deleteIfExists(left);
            }
        }
    }
}
