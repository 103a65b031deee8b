package io.yunqing.cli.noun;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.yunqing.cli.platform.Failure;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A field of a noun's spec, and the flag that sets it.
 *
 * @param name the field in {@code spec}
 * @param flag such as {@code --root-disk-gib}
 * @param required whether a create must have it
 * @param fixed whether it cannot be changed later, so that {@code set} does not offer it
 * @param choices for {@link Type#CHOICE}, the words it takes
 * @param min for numbers
 * @param max for numbers
 */
public record Field(
        String name,
        String flag,
        Type type,
        boolean required,
        boolean fixed,
        List<String> choices,
        long min,
        long max,
        String description) {
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]+={0,2}");
    private static final byte DER_SEQUENCE = 0x30;

    /** In bytes; far above what any has. */
    private static final int LONGEST_SIGNATURE_FILE = 1024;

    /** What a field holds. */
    public enum Type {
        TEXT,
        /** Text of any length, given directly or as {@code @FILE}. */
        FILE_TEXT,
        /**
         * A signature in base64, given directly, or as {@code @FILE} in base64 or in DER. A request that does not name it leaves it
         * as it is; an empty one removes it.
         */
        SIGNATURE,
        WHOLE,
        BOOL,
        CHOICE,
        /** Texts, one flag each or a line each of {@code @FILE}. */
        TEXTS,
        /** {@code KEY=WHOLE}, one flag each. */
        WHOLES_BY_KEY,
        DECIMAL,
        /** {@code KEY=DECIMAL}, one flag each. */
        DECIMALS_BY_KEY,
        /** {@code KEY=WHOLE,...@FROM/UNTIL}, one flag each. */
        GRANTS,
        /** {@code KEY.ratio=DECIMAL,KEY.reserved=WHOLE,...@FROM}, one flag each. */
        TERMS,
        /** {@code PROTOCOL:PORTS@SOURCE}, one flag each. */
        RULES;

        /** What a value of it must be, in words. */
        public String phrase() {
            return switch (this) {
                case TEXT, FILE_TEXT, SIGNATURE, CHOICE -> "text";
                case WHOLE, WHOLES_BY_KEY -> "a whole number without quotes";
                case DECIMAL, DECIMALS_BY_KEY -> "a number without quotes";
                case BOOL -> "true or false";
                case TEXTS -> "a list of texts";
                case GRANTS -> "a list of amounts, from and until";
                case TERMS -> "a list of from and resources";
                case RULES -> "a list of protocol, ports and source";
            };
        }

        public boolean byKey() {
            return this == WHOLES_BY_KEY || this == DECIMALS_BY_KEY;
        }

        public boolean repeatable() {
            return list() || byKey();
        }

        /** Whether it holds a list, to which each flag adds. */
        public boolean list() {
            return this == TEXTS || this == GRANTS || this == TERMS || this == RULES;
        }
    }

    static Field of(Type type, String name, String flag, String description) {
        return new Field(name, flag, type, false, false, List.of(), 0, 0, description);
    }

    static Field text(String name, String flag, String description) {
        return of(Type.TEXT, name, flag, description);
    }

    static Field whole(String name, String flag, long min, long max, String description) {
        return new Field(name, flag, Type.WHOLE, false, false, List.of(), min, max, description);
    }

    static Field choice(String name, String flag, String description, String... words) {
        return new Field(name, flag, Type.CHOICE, false, false, List.of(words), 0, 0, description);
    }

    Field mustBe() {
        return new Field(name, flag, type, true, fixed, choices, min, max, description);
    }

    Field forGood() {
        return new Field(name, flag, type, required, true, choices, min, max, description);
    }

    /** The same field, read as another type. */
    public Field as(Type other) {
        return new Field(name, flag, other, required, fixed, choices, min, max, description);
    }

    /** Of a type that holds words of these among others. */
    Field choosing(String... words) {
        return new Field(name, flag, type, required, fixed, List.of(words), min, max, description);
    }

    Field between(long least, long most) {
        return new Field(name, flag, type, required, fixed, choices, least, most, description);
    }

    /** The label that help shows for the flag's value. */
    public String label() {
        return switch (type) {
            case TEXT -> "TEXT";
            case FILE_TEXT, SIGNATURE, TEXTS -> "TEXT|@FILE";
            case WHOLE, DECIMAL -> "N";
            case BOOL -> "true|false";
            case CHOICE -> String.join("|", choices);
            case WHOLES_BY_KEY, DECIMALS_BY_KEY -> "KEY=N";
            case GRANTS -> "KEY=N,...@FROM/UNTIL";
            case TERMS -> "KEY.ratio=N,KEY.reserved=N,...@FROM";
            case RULES -> "PROTOCOL:PORTS@SOURCE";
        };
    }

    /** What a change says to remove it; nothing where leaving it out does. */
    public Optional<Object> removed() {
        return type == Type.SIGNATURE ? Optional.of("") : Optional.empty();
    }

    /** Reads one flag's text as a value of this field. */
    public Object parse(String text) {
        return parse(flag, text);
    }

    private Object parse(String what, String text) {
        return switch (type) {
            case TEXT -> text;
            case FILE_TEXT -> contentOf(what, text);
            case SIGNATURE -> signature(what, text);
            case TEXTS -> contentOf(what, text).lines().filter(line -> !line.isBlank()).toList();
            case WHOLE, WHOLES_BY_KEY -> whole(what, text);
            case DECIMAL, DECIMALS_BY_KEY -> decimal(what, text);
            case GRANTS -> List.of(grant(what, text));
            case TERMS -> List.of(term(what, text));
            case RULES -> List.of(rule(text));
            case BOOL -> bool(what, text);
            case CHOICE -> choice(what, text);
        };
    }

    /** Reads the value after the {@code =} of a {@code KEY=VALUE} flag. */
    public Object parseFor(String key, String text) {
        return parse(flag + " " + key, text);
    }

    private Object whole(String what, String text) {
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
            throw Failure.usage(
                    what + ": " + text + " is out of range", "give " + min + " to " + max);
        } catch (NumberFormatException e) {
            throw Failure.usage(
                    what + ": '" + text + "' is not a whole number", "give " + min + " to " + max);
        }
    }

    /** An ISO 8601 interval behind the amounts; {@code ..} or nothing for an end that is open. */
    private Map<String, Object> grant(String what, String text) {
        String[] parts = text.split("@", 2);
        Map<String, Object> amounts = new LinkedHashMap<>();
        for (String pair : parts[0].split(",")) {
            String[] keyed = pair.split("=", 2);
            if (keyed.length < 2) {
                throw Failure.usage(
                        what + ": '" + pair + "' is not KEY=N",
                        "write it like vcpus=8,memoryMiB=4096@2026-12-01T00:00:00Z/2027-03-01T00:00:00Z");
            }
            amounts.put(keyed[0].strip(), whole(what + " " + keyed[0], keyed[1].strip()));
        }
        Map<String, Object> grant = new LinkedHashMap<>();
        grant.put("amounts", amounts);
        if (parts.length > 1) {
            String[] ends = parts[1].split("/", 2);
            moment(what, ends[0]).ifPresent(from -> grant.put("from", from));
            if (ends.length > 1) {
                moment(what, ends[1]).ifPresent(until -> grant.put("until", until));
            }
        }
        return grant;
    }

    /** The protocol, behind a colon the ports, behind an at sign whence; what is left out is not limited by it. */
    private Map<String, Object> rule(String text) {
        String[] parts = text.split("@", 2);
        String[] what = parts[0].split(":", 2);
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("protocol", choice(flag, what[0].strip()));
        if (what.length > 1) {
            rule.put("ports", what[1].strip());
        }
        if (parts.length > 1) {
            rule.put("source", parts[1].strip());
        }
        return rule;
    }

    /** What is said of resources, and when it begins; nothing before the {@code @} for a term that says nothing. */
    private Map<String, Object> term(String what, String text) {
        String[] parts = text.split("@", 2);
        Map<String, Map<String, Object>> resources = new LinkedHashMap<>();
        for (String pair : parts[0].isBlank() ? new String[0] : parts[0].split(",")) {
            String[] keyed = pair.split("=", 2);
            String[] place = keyed[0].strip().split("\\.", 2);
            if (keyed.length < 2 || place.length < 2) {
                throw Failure.usage(
                        what + ": '" + pair + "' is not KEY.ratio=N or KEY.reserved=N",
                        "write it like vcpus.ratio=4,memoryMiB.reserved=4096@2026-12-01T00:00:00Z");
            }
            resources
                    .computeIfAbsent(place[0], key -> new LinkedHashMap<>())
                    .put(place[1], part(what, place[1], keyed[1].strip()));
        }
        Map<String, Object> term = new LinkedHashMap<>();
        if (parts.length > 1) {
            moment(what, parts[1]).ifPresent(from -> term.put("from", from));
        }
        term.put("resources", resources);
        return term;
    }

    /** One part of what a term says of a resource. */
    private Object part(String what, String part, String text) {
        return switch (part) {
            case "ratio" -> decimal(what + " ratio", text);
            case "reserved" -> whole(what + " reserved", text);
            default ->
                    throw Failure.usage(
                            what + ": '" + part + "' is not said of a resource",
                            "say ratio or reserved");
        };
    }

    private static Optional<String> moment(String what, String text) {
        String end = text.strip();
        if (end.isEmpty() || end.equals("..")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(end).toString());
        } catch (DateTimeParseException e) {
            throw Failure.usage(
                    what + ": '" + end + "' is not a moment",
                    "write it like 2026-12-01T00:00:00Z, or .. for an open end");
        }
    }

    private static Object decimal(String what, String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw Failure.usage(
                    what + ": '" + text + "' is not a number", "give a number such as 4 or 1.5");
        }
    }

    private static Object bool(String what, String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw Failure.usage(
                            what + ": '" + text + "' is neither true nor false",
                            "give true or false");
        };
    }

    private Object choice(String what, String text) {
        String word = text.toUpperCase(Locale.ROOT);
        if (choices.contains(word)) {
            return word;
        }
        throw Failure.usage(
                what + ": '" + text + "' is not a choice",
                "choose one of " + String.join(", ", choices));
    }

    private static String contentOf(String what, String text) {
        if (!text.startsWith("@")) {
            return text;
        }
        try {
            return Files.readString(Path.of(text.substring(1)));
        } catch (IOException e) {
            throw Failure.usage(
                    what + ": cannot read " + text.substring(1) + ": " + e.getMessage(),
                    "name a readable UTF-8 text file after the @");
        }
    }

    private static String signature(String what, String text) {
        byte[] given =
                text.startsWith("@") ? bytesOf(what, text.substring(1)) : text.getBytes(UTF_8);
        if (isSequence(given)) {
            return Base64.getEncoder().encodeToString(given);
        }
        String base64 = new String(given, UTF_8).replaceAll("\\s", "");
        if (!BASE64.matcher(base64).matches()) {
            throw Failure.usage(
                    what + ": this is no signature in base64",
                    "give what openssl dgst -sha256 -sign KEY FILE | base64 -w0 prints");
        }
        return base64;
    }

    /** Whether these are a sequence in DER and nothing else, as openssl writes a signature. */
    private static boolean isSequence(byte[] bytes) {
        return bytes.length > 2 && bytes[0] == DER_SEQUENCE && bytes[1] == bytes.length - 2;
    }

    private static byte[] bytesOf(String what, String file) {
        try {
            Path path = Path.of(file);
            if (Files.size(path) > LONGEST_SIGNATURE_FILE) {
                throw Failure.usage(
                        what + ": " + file + " is too large for a signature",
                        "name the file of the signature after the @, not that of the image");
            }
            return Files.readAllBytes(path);
        } catch (IOException | InvalidPathException e) {
            throw Failure.usage(
                    what + ": cannot read " + file + ": " + e.getMessage(),
                    "name a readable file after the @");
        }
    }
}
