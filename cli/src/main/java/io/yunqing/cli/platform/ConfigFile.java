package io.yunqing.cli.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code login} remembers: lines of {@code key = value}, readable by its owner only. */
public final class ConfigFile {
    private static final List<String> KEYS = List.of("server", "token", "ca", "tenant", "output");

    private final Path path;

    public ConfigFile(Path path) {
        this.path = path;
    }

    /** The file a shell names: {@code YQCTL_CONFIG}, else by the XDG rules. */
    public static ConfigFile of(Shell shell) {
        String named = shell.variable("YQCTL_CONFIG");
        if (!named.isEmpty()) {
            return new ConfigFile(Path.of(named));
        }
        String xdg = shell.variable("XDG_CONFIG_HOME");
        Path folder = xdg.isEmpty() ? Path.of(shell.variable("HOME"), ".config") : Path.of(xdg);
        return new ConfigFile(folder.resolve("yunqing").resolve("config"));
    }

    public Path path() {
        return path;
    }

    /** The entries; none when there is no file. */
    public Map<String, String> read() {
        Map<String, String> entries = new LinkedHashMap<>();
        int number = 0;
        for (String line : lines()) {
            number++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            int equals = text.indexOf('=');
            String key = equals < 0 ? text : text.substring(0, equals).strip();
            if (equals < 0 || !KEYS.contains(key)) {
                throw Failure.usage(
                        path + ":" + number + ": '" + key + "' is not a setting",
                        "settings are lines of KEY = VALUE with KEY one of "
                                + String.join(", ", KEYS));
            }
            entries.put(key, text.substring(equals + 1).strip());
        }
        return entries;
    }

    /** Replaces the file in one step: a reader sees the old entries or the new ones. */
    public void write(Map<String, String> entries) {
        List<String> lines = new ArrayList<>();
        entries.forEach((key, value) -> lines.add(key + " = " + value));
        try {
            Path folder = path.toAbsolutePath().getParent();
            if (folder == null) {
                throw new IOException("not a file");
            }
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(
                        folder,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
            Path draft =
                    Files.createTempFile(
                            folder,
                            "config",
                            ".new",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            try {
                Files.write(draft, lines, StandardCharsets.UTF_8);
                Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new Failure(Exit.UNEXPECTED, "cannot write " + path + ": " + e.getMessage());
        }
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(path, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw Failure.usage("cannot read " + path + ": " + e.getMessage());
        }
    }
}
