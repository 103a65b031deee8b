package io.yunqing.agent.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program run to its end, within a deadline. */
public final class Tool {

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
