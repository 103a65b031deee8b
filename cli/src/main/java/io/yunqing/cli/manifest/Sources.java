package io.yunqing.cli.manifest;

import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.platform.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The texts that {@code -f} names: a file, all manifests of a folder, or standard input. */
public final class Sources {
    private Sources() {}

    /** A named text. */
    public record Source(String file, String text) {}

    public static List<Source> of(List<String> named, Shell shell) {
        List<Source> sources = new ArrayList<>();
        for (String name : named) {
            try {
                if (name.equals("-")) {
                    sources.add(
                            new Source(
                                    "-",
                                    new String(shell.in().readAllBytes(), StandardCharsets.UTF_8)));
                } else if (Files.isDirectory(Path.of(name))) {
                    for (Path file : manifestsIn(Path.of(name))) {
                        sources.add(new Source(file.toString(), Files.readString(file)));
                    }
                } else {
                    sources.add(new Source(name, Files.readString(Path.of(name))));
                }
            } catch (IOException e) {
                throw Failure.usage(
                        "-f: cannot read " + name + ": " + reason(e),
                        "name a readable UTF-8 file, a folder with .yaml, .yml or .json files, or -");
            }
        }
        return sources;
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + " " + e.getMessage();
    }

    private static List<Path> manifestsIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> isManifest(file.toString()))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isManifest(String name) {
        return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    }
}
