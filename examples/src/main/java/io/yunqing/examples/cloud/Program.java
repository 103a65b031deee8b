package io.yunqing.examples.cloud;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A program that runs for long: started, killed and started again, always with one log. */
public final class Program {
    /**
     * The kernel ends a child when the thread that made it ends; so all are made by one that lives as long as the JVM.
     */
    private static final ExecutorService PARENT =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("parent").factory());

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private @Nullable Process process;

    public Program(String name, List<String> command, Map<String, String> environment, Path log) {
        this.name = name;
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.log = log;
    }

    public String name() {
        return name;
    }

    public void start() {
        List<String> line = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "--"));
        line.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(line)
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            process = PARENT.submit(builder::start).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(name + " cannot be started", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while starting " + name, e);
        }
    }

    public boolean running() {
        return process != null && process.isAlive();
    }

    /**
     * @throws IllegalStateException if it was never started
     */
    public long pid() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return process.pid();
    }

    /** As kill -9 does: nothing of it gets to say goodbye. */
    public void kill() {
        if (process != null) {
            process.destroyForcibly();
            awaitEnd(process, PATIENCE);
        }
    }

    /** Asks it to end, and makes it if it does not. */
    public void stop() {
        if (process != null) {
            process.destroy();
            if (!awaitEnd(process, PATIENCE)) {
                kill();
            }
        }
    }

    private static boolean awaitEnd(Process process, Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The end of its log, for messages. */
    public String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    /** How a command ended. */
    public record Outcome(int exit, String out, String err) {
        @Override
        public String toString() {
            return "exit %d%n--- stdout%n%s%n--- stderr%n%s".formatted(exit, out, err);
        }
    }

    /**
     * Runs a command to its end.
     *
     * @throws AssertionError when it takes longer than {@code patience}
     */
    public static Outcome run(
            List<String> command, Map<String, String> environment, Duration patience)
            throws IOException {
        Path out = Files.createTempFile("yunqing", ".out");
        Path err = Files.createTempFile("yunqing", ".err");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectInput(new File("/dev/null"))
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = awaitEnd(process, patience);
            if (!ended) {
                process.destroyForcibly();
            }
            String outText = Files.readString(out);
            String errText = Files.readString(err);
            if (!ended) {
                throw new AssertionError(
                        "not ended within %d s: %s%n%s%n%s"
                                .formatted(
                                        patience.toSeconds(),
                                        String.join(" ", command),
                                        outText,
                                        errText));
            }
            return new Outcome(process.exitValue(), outText, errText);
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /**
     * Runs a command that must succeed, and answers what it printed.
     *
     * @throws AssertionError when it does not
     */
    public static String output(
            List<String> command, Map<String, String> environment, Duration patience)
            throws IOException {
        Outcome outcome = run(command, environment, patience);
        if (outcome.exit() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + outcome);
        }
        return outcome.out();
    }
}
