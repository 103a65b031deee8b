package io.yunqing.cli.print;

import io.yunqing.cli.platform.Failure;
import java.util.Locale;

/** How data is written. */
public enum Output {
    TABLE,
    WIDE,
    /** The body of the controller's answer, unchanged. */
    JSON,
    YAML,
    CSV,
    /** What finds the resource again as an argument, one a line. */
    NAME;

    public static Output parse(String what, String text) {
        for (Output one : values()) {
            if (one.word().equals(text)) {
                return one;
            }
        }
        throw Failure.usage(
                what + ": '" + text + "' is not an output format",
                "choose one of table, wide, json, yaml, csv, name");
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is made for people to read. */
    public boolean forPeople() {
        return this == TABLE || this == WIDE;
    }
}
