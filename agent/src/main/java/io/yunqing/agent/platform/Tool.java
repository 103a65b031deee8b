package io.yunqing.agent.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A program run to its end, within a deadline. */
public final class Tool {

    private static final Logger LOG = Logger.getLogger(Tool.class.getName());
    private static final int MAX_OUTPUT = 64 * 1024;

    /** What a finished program left: its exit code and what it wrote to both outputs. */
    public record Result(int exitCode, String output) {}

    private Tool() {}

    /** Runs and insists on exit code 0; the exception carries the program's own words. */
    public static void run(Duration deadline, List<String> command) throws IOException {
        Result result = result(deadline, command);
        if (result.exitCode != 0) {
            throw new IOException(
                    "%s ended with %d: %s"
                            .formatted(command.getFirst(), result.exitCode, result.output.strip()));
        }
    }

    /**
     * Runs with something to read, and with any amount of output.
     *
     * @param input all of it is read before the program writes much, as by one that is handed a batch
     */
    public static Result result(Duration deadline, List<String> command, String input)
            throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var late =
                CompletableFuture.runAsync(
                        () -> end(process),
                        CompletableFuture.delayedExecutor(
                                deadline.toMillis(), TimeUnit.MILLISECONDS));
        try {
            write(process, input);
            byte[] output = process.getInputStream().readAllBytes();
            int exitCode = process.waitFor();
            if (late.isDone()) {
                throw new IOException(
                        "%s did not end within %d s and was killed"
                                .formatted(command.getFirst(), deadline.toSeconds()));
            }
            return new Result(exitCode, new String(output, StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command.getFirst() + " was interrupted", e);
        } finally {
            late.cancel(false);
            end(process);
        }
    }

    /** What a program did not read that ended before is no matter: it says why it ended. */
    private static void write(Process process, String input) {
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.log(Level.FINE, "not all of it was read", e);
        }
    }

    /** With what it started: a child of a killed shell would hold on to its output. */
    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    public static Result result(Duration deadline, List<String> command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            // What is read is bounded, and these programs write next to nothing: waiting first
            // cannot block them.
            if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(
                        "%s did not end within %d s and was killed"
                                .formatted(command.getFirst(), deadline.toSeconds()));
            }
            byte[] output = process.getInputStream().readNBytes(MAX_OUTPUT);
            return new Result(process.exitValue(), new String(output, StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command.getFirst() + " was interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
