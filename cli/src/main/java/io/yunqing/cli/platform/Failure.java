package io.yunqing.cli.platform;

import java.util.List;

/** Ends a command: the exit code, what is wrong, and the lines that say where and what to do. */
public class Failure extends RuntimeException {
    private final Exit exit;
    private final transient List<String> details;

    public Failure(Exit exit, String message, String... details) {
        this(exit, message, List.of(details));
    }

    public Failure(Exit exit, String message, List<String> details) {
        super(message);
        this.exit = exit;
        this.details = details;
    }

    public static Failure usage(String message, String... details) {
        return new Failure(Exit.USAGE, message, details);
    }

    public Exit exit() {
        return exit;
    }

    /** The message itself; unlike {@link #getMessage()} never null. */
    public String text() {
        return String.valueOf(getMessage());
    }

    public List<String> details() {
        return details;
    }
}
