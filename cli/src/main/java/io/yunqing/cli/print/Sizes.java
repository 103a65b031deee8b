package io.yunqing.cli.print;

import java.util.Locale;

/** Amounts of bytes for people. */
public final class Sizes {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final double STEP = 1024;

    private Sizes() {}

    /** In the largest unit that leaves at least one: {@code 1.5 MiB}. */
    public static String of(double bytes) {
        double left = bytes;
        int unit = 0;
        while (left >= STEP && unit < UNITS.length - 1) {
            left /= STEP;
            unit++;
        }
        String format = unit == 0 ? "%.0f %s" : "%.1f %s";
        return String.format(Locale.ROOT, format, left, UNITS[unit]);
    }
}
