package io.yunqing.cli;

import io.yunqing.cli.command.Grammar;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.platform.Shell;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/** Where a command starts and ends. */
public final class Yqctl {
    private Yqctl() {}

    public static void main(String[] line) {
        // The launcher knows which streams are terminals: asking costs it nothing, and a JVM a
        // library.
        String terminals = System.getProperty("yqctl.terminals", "");
        Shell shell =
                new Shell(
                        System.in,
                        stream(FileDescriptor.out),
                        stream(FileDescriptor.err),
                        System.getenv(),
                        new Shell.Terminals(
                                terminals.contains("0"),
                                terminals.contains("1"),
                                terminals.contains("2")),
                        InstantSource.system(),
                        Thread::sleep);
        Exit exit = run(line, shell);
        shell.out().flush();
        shell.err().flush();
        System.exit(exit.code());
    }

    /** Does what a command line says, and says what went wrong. */
    public static Exit run(String[] line, Shell shell) {
        try {
            return Grammar.run(line, shell);
        } catch (Failure e) {
            shell.out().flush();
            shell.say("yqctl: " + e.text());
            e.details().forEach(detail -> shell.say("  " + detail));
            return e.exit();
        } catch (RuntimeException e) {
            shell.out().flush();
            shell.say("yqctl: a defect of yqctl: " + e);
            if (!shell.variable("YQCTL_DEBUG").isEmpty()) {
                e.printStackTrace(shell.err());
            } else {
                shell.say("  set YQCTL_DEBUG=1 to see where, and report it");
            }
            return Exit.UNEXPECTED;
        }
    }

    /** UTF-8 whatever the locale, so that names in Chinese survive a POSIX one. */
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)),
                true,
                StandardCharsets.UTF_8);
    }
}
