package io.yunqing.cli.platform;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Durations as people write and read them: {@code 90s}, {@code 1h30m}, {@code 500ms}. */
public final class Durations {
    private Durations() {}

    /**
     * Reads a duration of days, hours, minutes, seconds and milliseconds.
     *
     * @param what the flag or variable it was given by, for the message
     */
    public static Duration parse(String what, String text) {
        Duration sum = Duration.ZERO;
        int at = 0;
        while (at < text.length()) {
            int digits = at;
            while (digits < text.length() && isDigit(text.charAt(digits))) {
                digits++;
            }
            int unit = digits;
            while (unit < text.length() && !isDigit(text.charAt(unit))) {
                unit++;
            }
            Duration one = unitOf(text.substring(digits, unit));
            // Nine digits keep every product within a long.
            if (one == null || digits == at || digits - at > 9) {
                throw refused(what, text);
            }
            sum = sum.plus(one.multipliedBy(Long.parseLong(text.substring(at, digits))));
            at = unit;
        }
        if (sum.isZero()) {
            throw refused(what, text);
        }
        return sum;
    }

    /** How long, roughly, in one unit: {@code 3 s}, {@code 12 m}, {@code 5 h}, {@code 40 d}. */
    public static String rough(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 120) {
            return seconds + " s";
        } else if (seconds < 120 * 60) {
            return seconds / 60 + " m";
        } else if (seconds < 48 * 3600) {
            return seconds / 3600 + " h";
        }
        return seconds / 86_400 + " d";
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static @Nullable Duration unitOf(String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            case "d" -> Duration.ofDays(1);
            default -> null;
        };
    }

    private static Failure refused(String what, String text) {
        return Failure.usage(
                what + ": '" + text + "' is not a duration above zero",
                "write numbers with units ms, s, m, h or d, such as 90s or 1h30m");
    }
}
