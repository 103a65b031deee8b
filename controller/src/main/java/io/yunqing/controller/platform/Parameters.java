package io.yunqing.controller.platform;

import io.yunqing.api.ProblemCode;
import jakarta.ws.rs.core.UriInfo;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reads query parameters to the letter: what is misspelt or out of range is refused, never guessed or ignored. */
public final class Parameters {
    private Parameters() {}

    public static ProblemException refused(
            String name, String detail, Object actual, String remedy) {
        return ProblemException.field(
                ProblemCode.REQUEST_PARAMETER, name, detail, null, actual, remedy);
    }

    /** Refuses what is neither true nor false; null means that it was not given. */
    public static void requireTruth(String name, String text) {
        if (text != null && !text.equals("true") && !text.equals("false")) {
            throw refused(name, "is neither true nor false", text, "use true or false");
        }
    }

    /** A whole number within bounds; {@code absent} when the parameter is not there. */
    public static long number(String name, String text, long absent, long least, long most) {
        if (text == null) {
            return absent;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // refused below, as any number out of bounds
        }
        throw refused(
                name,
                "must be a whole number from " + least + " to " + most,
                text,
                "leave it out or correct it");
    }

    /** One of an enum's words; null when the parameter is not there. */
    public static <E extends Enum<E>> E word(String name, String text, Class<E> words) {
        if (text == null) {
            return null;
        }
        for (E word : words.getEnumConstants()) {
            if (word.name().equals(text)) {
                return word;
            }
        }
        String known =
                Arrays.stream(words.getEnumConstants())
                        .map(Enum::name)
                        .collect(Collectors.joining(", "));
        throw refused(name, "is not one of the allowed words", text, "use one of " + known);
    }

    /** Refuses a parameter that the path does not take: to ignore it would be to answer another question. */
    public static void requireKnown(UriInfo uri, Set<String> known) {
        Set<String> unknown = new TreeSet<>(uri.getQueryParameters().keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw refused(
                    unknown.iterator().next(),
                    "is not a parameter of this path",
                    null,
                    "this path takes " + String.join(", ", new TreeSet<>(known)));
        }
    }

    /** Refuses a parameter without a value: whoever sent an empty digest did not mean to agree to anything at all. */
    static void requireSaid(UriInfo uri) {
        uri.getQueryParameters()
                .forEach((name, values) -> {
                    if (values.contains("")) {
                        throw refused(name, "has no value", "", "leave it out, or give it one");
                    }
                });
    }
}
