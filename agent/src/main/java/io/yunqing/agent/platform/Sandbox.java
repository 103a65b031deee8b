package io.yunqing.agent.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A program that reads what strangers made, run so that it can do no harm if it is taken over: it has an open file to read, perhaps one to write,
 * and no other right. It dies with the agent's thread that waits for it.
 *
 * <p>Where the agent is root the program is nobody, without capabilities and without a network; else it is whoever the agent
 * is. Its CPU time, its memory and what it may write are bounded everywhere.
 */
public final class Sandbox {

    /** What the program reads, under the name by which it may open it. */
    public static final String INPUT = "/proc/self/fd/0";

    /** What it writes. */
    public static final String OUTPUT = "/proc/self/fd/1";

    /** By the kernel's number, as a name would be looked up in the host's user database. */
    private static final int NOBODY = 65534;

    private static final int ROOT = 0;
    private static final long MEMORY_BYTES = 2L << 30;
    private static final int MAX_WORDS = 64 * 1024;
    private static final Duration GLANCE = Duration.ofMillis(500);

    /** The signals that the kernel ends a program with that passes a limit, as exit codes. */
    private static final int OUT_OF_CPU = 128 + 24;

    private static final int FILE_TOO_LARGE = 128 + 25;
    private static final Pattern TOO_LARGE = Pattern.compile("File too large");

    private Sandbox() {}

    /**
     * What it may use.
     *
     * @param cpu its CPU time
     * @param silence for how long it may neither read nor write
     * @param fileBytes how large what it writes may become
     */
    public record Bounds(Duration cpu, Duration silence, long fileBytes) {}

    /** Asked now and then while it runs; it is killed when this throws. */
    public interface Guard {
        void look() throws IOException;
    }

    /** Runs a program that only reads, and returns what it said on each output. */
    public static Outcome read(Path input, Bounds bounds, List<String> command) throws IOException {
        return run(input, null, bounds, () -> {}, command);
    }

    /**
     * Runs a program that writes a file, which it owns from now on until {@link #own}.
     *
     * @param output there already
     */
    public static Outcome write(
            Path input, Path output, Bounds bounds, Guard guard, List<String> command)
            throws IOException {
        if (isRoot()) {
            Files.setAttribute(output, "unix:uid", NOBODY);
        }
        return run(input, Redirect.to(output.toFile()), bounds, guard, command);
    }

    /**
     * Runs a program that changes a file, and may change what it reads; it owns both from now on until {@link #own}.
     *
     * @param changed there already; the program may open it as {@link #OUTPUT}
     */
    public static Outcome change(
            Path input, Path changed, Bounds bounds, Guard guard, List<String> command)
            throws IOException {
        if (isRoot()) {
            Files.setAttribute(input, "unix:uid", NOBODY);
            Files.setAttribute(changed, "unix:uid", NOBODY);
        }
        return run(input, Redirect.appendTo(changed.toFile()), bounds, guard, command);
    }

    /** Makes what a program has written the agent's own. */
    public static void own(Path output) throws IOException {
        if (isRoot()) {
            Files.setAttribute(output, "unix:uid", ROOT);
        }
    }

    /**
     * How it ended.
     *
     * @param output what it wrote to its standard output, if that was not a file
     * @param words what it wrote to its standard error
     */
    public record Outcome(int exitCode, String output, String words) {

        /** What went wrong in a sentence that names the limit, if it was one. */
        public IOException failure(String what, Bounds bounds) {
            if (exitCode == OUT_OF_CPU) {
                return new IOException(
                        "%s took more than %d s of CPU time and was stopped"
                                .formatted(what, bounds.cpu().toSeconds()));
            }
            if (exitCode == FILE_TOO_LARGE || TOO_LARGE.matcher(words).find()) {
                return new IOException(
                        "%s grew beyond %d MiB and was stopped"
                                .formatted(what, bounds.fileBytes() >> 20));
            }
            return new IOException("%s failed (%d): %s".formatted(what, exitCode, words.strip()));
        }
    }

    private static Outcome run(
            Path input, @Nullable Redirect output, Bounds bounds, Guard guard, List<String> command)
            throws IOException {
        var builder = new ProcessBuilder(confined(bounds, command));
        builder.environment().keySet().retainAll(List.of("PATH"));
        builder.redirectInput(input.toFile());
        if (output != null) {
            builder.redirectOutput(output);
        }
        var process = builder.start();
        try {
            var said = drained(process.getInputStream());
            var words = drained(process.getErrorStream());
            await(process, command.getFirst(), bounds, guard);
            return new Outcome(process.exitValue(), said.join(), words.join());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command.getFirst() + " was interrupted", e);
        } finally {
            process.destroyForcibly();
            ended(process);
        }
    }

    private static List<String> confined(Bounds bounds, List<String> command) throws IOException {
        var words =
                new ArrayList<>(
                        List.of(
                                "prlimit",
                                "--cpu=" + bounds.cpu().toSeconds(),
                                "--as=" + MEMORY_BYTES,
                                "--fsize=" + bounds.fileBytes(),
                                "--nofile=64",
                                "--core=0",
                                "--"));
        if (isRoot()) {
            words.addAll(List.of("unshare", "--net", "--"));
        }
        words.addAll(List.of("setpriv", "--pdeathsig", "KILL", "--no-new-privs"));
        if (isRoot()) {
            words.addAll(
                    List.of(
                            "--reuid=" + NOBODY,
                            "--regid=" + NOBODY,
                            "--clear-groups",
                            "--inh-caps=-all",
                            "--bounding-set=-all"));
        }
        words.add("--");
        words.addAll(command);
        return words;
    }

    private static void await(Process process, String name, Bounds bounds, Guard guard)
            throws IOException, InterruptedException {
        String before = "";
        long silentSince = System.nanoTime();
        while (!process.waitFor(GLANCE.toMillis(), TimeUnit.MILLISECONDS)) {
            guard.look();
            String now = transfers(process);
            if (!now.equals(before)) {
                before = now;
                silentSince = System.nanoTime();
            } else if (System.nanoTime() - silentSince > bounds.silence().toNanos()) {
                throw new IOException(
                        "%s neither read nor wrote for %d s and was stopped"
                                .formatted(name, bounds.silence().toSeconds()));
            }
        }
    }

    /** What the kernel has counted of its reading and writing. */
    private static String transfers(Process process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/io"));
        } catch (IOException e) {
            // It has just ended.
            return "";
        }
    }

    /** The beginning of what it says; the rest is read too, as a full pipe would stop it. */
    private static CompletableFuture<String> drained(InputStream said) {
        var result = new CompletableFuture<String>();
        Thread.ofPlatform()
                .daemon()
                .name("sandbox-output")
                .start(() -> {
                    try (said) {
                        byte[] first = said.readNBytes(MAX_WORDS);
                        said.transferTo(OutputStream.nullOutputStream());
                        result.complete(new String(first, StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        result.complete("(its words were lost: " + e.getMessage() + ")");
                    }
                });
        return result;
    }

    /** A killed program may still write until it is gone. */
    private static void ended(Process process) {
        boolean interrupted = Thread.interrupted();
        try {
            process.waitFor(GLANCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isRoot() throws IOException {
        return Integer.valueOf(ROOT).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }
}
