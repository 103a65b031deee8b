package io.yunqing.cli.rest;

import java.nio.charset.StandardCharsets;

/** Builds a path with a query; every value is percent-encoded. */
public final class Url {
    private final StringBuilder text = new StringBuilder("/v1");
    private char separator = '?';

    private Url() {}

    /** A path below {@code /v1} of these segments. */
    public static Url of(String... segments) {
        Url url = new Url();
        for (String segment : segments) {
            url.text.append('/');
            encode(segment, url.text);
        }
        return url;
    }

    /** Adds a query parameter, unless its value is empty. */
    public Url with(String name, String value) {
        if (!value.isEmpty()) {
            text.append(separator).append(name).append('=');
            encode(value, text);
            separator = '&';
        }
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private static void encode(String value, StringBuilder into) {
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            boolean plain =
                    (b >= 'a' && b <= 'z')
                            || (b >= 'A' && b <= 'Z')
                            || (b >= '0' && b <= '9')
                            || b == '-'
                            || b == '.'
                            || b == '_'
                            || b == '~';
            if (plain) {
                into.append((char) b);
            } else {
                into.append('%')
                        .append(Character.toUpperCase(Character.forDigit((b >> 4) & 15, 16)))
                        .append(Character.toUpperCase(Character.forDigit(b & 15, 16)));
            }
        }
    }
}
