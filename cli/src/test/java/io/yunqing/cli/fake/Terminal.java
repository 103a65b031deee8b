package io.yunqing.cli.fake;

import io.yunqing.cli.Yqctl;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Shell;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Somebody at a keyboard, or a script: runs commands in this process, in a time of its own. */
public final class Terminal {
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Shell.Terminals terminals = Shell.Terminals.NONE;
    private Instant now = Instant.parse("2026-01-01T00:01:00Z");
    private String typed = "";

    /** What a command did. */
    public record Run(Exit exit, String out, String err) {}

    public Terminal with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Signed in to a controller. */
    public static Terminal at(FakeController controller) {
        return new Terminal()
                .with("YQCTL_SERVER", controller.url())
                .with("YQCTL_TOKEN", FakeController.TOKEN)
                .with("YQCTL_CONFIG", "/nowhere/config");
    }

    /** A person sits there and types. */
    public Terminal interactive(String text) {
        terminals = new Shell.Terminals(true, true, true);
        typed = text;
        return this;
    }

    /** A program feeds standard input. */
    public Terminal fed(String text) {
        typed = text;
        return this;
    }

    public Run run(String... line) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Shell shell =
                new Shell(
                        new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        environment,
                        terminals,
                        () -> now,
                        pause -> now = now.plus(pause));
        Exit exit = Yqctl.run(line, shell);
        return new Run(
                exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
