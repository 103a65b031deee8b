package io.yunqing.agent.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The time since the machine was started, as the kernel counts it: the same for all processes, never set, and also while it sleeps. */
public final class Uptime {

    private static final Path FILE = Path.of("/proc/uptime");

    private Uptime() {}

    /** In milliseconds, to the hundredth of a second. Touches no disk. */
    public static long millis() {
        try {
            String text = Files.readString(FILE);
            return Math.round(Double.parseDouble(text.substring(0, text.indexOf(' '))) * 1000);
        } catch (IOException e) {
            throw new UncheckedIOException("every Linux counts its uptime in " + FILE, e);
        }
    }
}
