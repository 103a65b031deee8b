package io.yunqing.cli.print;

import io.yunqing.cli.platform.Shell;
import java.time.Duration;
import java.time.Instant;

/** How far something long is, on standard error: a bar on a terminal, a line now and then elsewhere. */
public final class ProgressBar {
    private static final int WIDTH = 30;
    private static final int PERCENT = 100;
    private static final Duration REDRAW = Duration.ofMillis(100);
    private static final Duration NEXT_LINE = Duration.ofSeconds(10);
    private static final String TO_END_OF_LINE = "\u001b[K";

    private final Shell shell;
    private final String what;
    private final long total;
    private final Instant begin;
    private final long beginAt;
    private final boolean bar;
    private Instant due;

    /**
     * @param what is being done, such as {@code uploading disk.qcow2}
     * @param at how many bytes of it are done already
     * @param total of how many bytes
     */
    public ProgressBar(Shell shell, String what, long at, long total) {
        this.shell = shell;
        this.what = what;
        this.total = total;
        this.bar = shell.terminals().err();
        this.begin = shell.clock().instant();
        this.beginAt = at;
        this.due = bar ? begin : begin.plus(NEXT_LINE);
    }

    /** So many bytes are done. */
    public void at(long bytes) {
        Instant now = shell.clock().instant();
        if (now.isBefore(due)) {
            return;
        }
        due = now.plus(bar ? REDRAW : NEXT_LINE);
        if (bar) {
            shell.err().print("\r" + drawn(bytes) + line(bytes, now) + TO_END_OF_LINE);
            shell.err().flush();
        } else {
            shell.say(line(bytes, now));
        }
    }

    /** Nothing more will be said of it: what is said next begins a line of its own. */
    public void end() {
        if (bar) {
            shell.err().print("\r" + TO_END_OF_LINE);
            shell.err().flush();
        }
    }

    private String drawn(long bytes) {
        int done = (int) (bytes * WIDTH / total);
        return "[" + "#".repeat(done) + ".".repeat(WIDTH - done) + "] ";
    }

    private String line(long bytes, Instant now) {
        double seconds = Duration.between(begin, now).toMillis() / 1000.0;
        String speed = seconds < 1 ? "" : ", " + Sizes.of((bytes - beginAt) / seconds) + "/s";
        return "%s: %s of %s (%d %%%s)"
                .formatted(
                        what,
                        Sizes.of((double) bytes),
                        Sizes.of((double) total),
                        bytes * PERCENT / total,
                        speed);
    }
}
