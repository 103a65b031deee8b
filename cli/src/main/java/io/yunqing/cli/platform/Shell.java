package io.yunqing.cli.platform;

import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * The world outside a command.
 *
 * @param out data, UTF-8 whatever the locale
 * @param err messages
 * @param clock says how old things are and when a wait ends
 * @param pause lets time pass between two looks
 */
public record Shell(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        Terminals terminals,
        InstantSource clock,
        Pause pause) {

    /** Which of the standard streams a person is at. */
    public record Terminals(boolean in, boolean out, boolean err) {
        public static final Terminals NONE = new Terminals(false, false, false);
    }

    /** Waits. */
    public interface Pause {
        void of(Duration duration) throws InterruptedException;
    }

    /** An environment variable; empty when it is not set. */
    public String variable(String name) {
        return environment.getOrDefault(name, "");
    }

    public void say(String message) {
        err.println(message);
    }

    /** Waits, or ends the command when it is interrupted. */
    public void rest(Duration duration) {
        try {
            pause.of(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Exit.UNEXPECTED, "interrupted");
        }
    }
}
