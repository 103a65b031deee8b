package io.yunqing.cli.command;

import io.yunqing.cli.platform.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The flags and operands that were given, on whichever level of the command line. */
final class Args {
    private final Map<String, List<String>> flags = new LinkedHashMap<>();
    private final List<String> operands = new ArrayList<>();

    Args(ParseResult parsed) {
        for (ParseResult level = parsed;
                level != null;
                level = level.hasSubcommand() ? level.subcommand() : null) {
            for (OptionSpec option : level.matchedOptions()) {
                flags.put(option.longestName(), texts(option.getValue()));
            }
            for (PositionalParamSpec operand : level.matchedPositionals()) {
                operands.addAll(texts(operand.getValue()));
            }
        }
    }

    private static List<String> texts(Object value) {
        return value instanceof List<?> list
                ? list.stream().map(Object::toString).toList()
                : List.of(String.valueOf(value));
    }

    boolean has(String flag) {
        return flags.containsKey(flag);
    }

    /** A flag's value; given more than once, the last. */
    Optional<String> text(String flag) {
        List<String> values = flags.getOrDefault(flag, List.of());
        return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
    }

    List<String> all(String flag) {
        return flags.getOrDefault(flag, List.of());
    }

    List<String> operands() {
        return operands;
    }

    /** The flag's values of the form {@code KEY=VALUE}; {@code KEY-} asks to remove a key and maps to nothing. */
    Map<String, Optional<String>> pairs(String flag, boolean removable) {
        Map<String, Optional<String>> pairs = new LinkedHashMap<>();
        for (String text : all(flag)) {
            int equals = text.indexOf('=');
            if (equals > 0) {
                pairs.put(text.substring(0, equals), Optional.of(text.substring(equals + 1)));
            } else if (removable && equals < 0 && text.length() > 1 && text.endsWith("-")) {
                pairs.put(text.substring(0, text.length() - 1), Optional.empty());
            } else {
                throw Failure.usage(
                        flag + ": '" + text + "' is not KEY=VALUE",
                        removable
                                ? "write KEY=VALUE to set a key, KEY- to remove it"
                                : "write KEY=VALUE, one flag for each");
            }
        }
        return pairs;
    }
}
