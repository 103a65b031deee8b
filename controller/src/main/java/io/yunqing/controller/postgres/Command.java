package io.yunqing.controller.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command line, run in a small environment of its own.
 *
 * <p>PostgreSQL refuses to run as root. When the controller does, its programs run in a user namespace of their own:
 * there they are nobody, while their files stay the controller's, so the data folder needs no second owner and may lie
 * below folders only root can enter.
 */
record Command(List<String> line) {
    private static final int DEADLINE_SECONDS = 300;

    static Command plain(String... line) {
        return new Command(List.of(line));
    }

    /** A PostgreSQL program that ends by itself. */
    static Command program(String... line) throws IOException {
        return unprivileged(List.of(), List.of(line));
    }

    /**
     * A PostgreSQL server: in a session of its own, so that Ctrl-C on the controller's terminal leaves stopping it to
     * the controller; with a fast shutdown (SIGINT) when the thread that started it ends.
     */
    static Command server(List<String> line) throws IOException {
        List<String> all = new ArrayList<>(List.of("setpriv", "--pdeathsig", "INT", "--"));
        all.addAll(line);
        return unprivileged(List.of("setsid"), all);
    }

    private static Command unprivileged(List<String> before, List<String> line) throws IOException {
        List<String> all = new ArrayList<>(before);
        if (Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            all.addAll(List.of("unshare", "--user", "--"));
        }
        all.addAll(line);
        return new Command(List.copyOf(all));
    }

    /** Runs it to its end; fails with its own last words when it fails. */
    void run() throws IOException {
        Path output = Files.createTempFile("yunqing-command", ".log");
        try {
            Process process = start(ProcessBuilder.Redirect.to(output.toFile()));
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        line + " did not end within " + DEADLINE_SECONDS + " s: " + tail(output));
            }
            if (process.exitValue() != 0) {
                throw new IOException(line.getFirst() + " failed: " + tail(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + line, e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    Process start(ProcessBuilder.Redirect output) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output);
        // Nothing of the caller's (PGDATA, PGPORT, a locale that is not installed) may change what
        // the server does.
        String path = builder.environment().get("PATH");
        builder.environment().clear();
        builder.environment().put("PATH", path == null ? "/usr/bin:/bin" : path);
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    /** The last lines of a log, on one line. */
    static String tail(Path log) throws IOException {
        List<String> lines =
                new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.isBlank())
                        .toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }
}
