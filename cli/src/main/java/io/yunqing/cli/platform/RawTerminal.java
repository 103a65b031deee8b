package io.yunqing.cli.platform;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The terminal while every key goes to somebody else; it is as before when this is closed, or the program is ended. */
public final class RawTerminal implements AutoCloseable {
    private static final File TTY = new File("/dev/tty");

    private final String before;
    private final Thread atEnd = new Thread(this::restore, "restore the terminal");

    private RawTerminal(String before) {
        this.before = before;
    }

    public static RawTerminal enter() {
        RawTerminal terminal = new RawTerminal(stty("-g").strip());
        Runtime.getRuntime().addShutdownHook(terminal.atEnd);
        stty("raw", "-echo");
        return terminal;
    }

    private void restore() {
        stty(before);
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (IllegalStateException e) {
            // The program is ending: it restores the terminal once more.
        }
    }

    private static String stty(String... arguments) {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(Arrays.asList(arguments));
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectInput(TTY)
                            .redirectErrorStream(true)
                            .start();
            String answer =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new Failure(Exit.UNEXPECTED, "the terminal cannot be set: " + answer.strip());
            }
            return answer;
        } catch (IOException e) {
            throw new Failure(Exit.UNEXPECTED, "the terminal cannot be set: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Exit.UNEXPECTED, "interrupted");
        }
    }
}
