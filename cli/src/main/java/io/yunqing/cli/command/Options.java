package io.yunqing.cli.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Makes commands, options and operands in one style. */
final class Options {
    private Options() {}

    static CommandSpec command(String name, String about) {
        CommandSpec spec = CommandSpec.create();
        describe(spec, name, about);
        return spec;
    }

    /** A command that does something. */
    static CommandSpec command(String name, String about, Action action, String... examples) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(action);
        describe(spec, name, about);
        if (examples.length > 0) {
            List<String> footer = new ArrayList<>(List.of("", "Examples:"));
            for (String example : examples) {
                footer.addAll(("  yqctl " + example).replace("\n", " \\\n      ").lines().toList());
            }
            spec.usageMessage().footer(footer.toArray(String[]::new));
        }
        return spec;
    }

    private static void describe(CommandSpec spec, String name, String about) {
        spec.name(name)
                .addOption(
                        OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("Show this help")
                                .build())
                .usageMessage()
                .description(about)
                .abbreviateSynopsis(true)
                .sortOptions(false);
    }

    static OptionSpec text(String label, String about, String... names) {
        return OptionSpec.builder(names)
                .paramLabel(label)
                .type(String.class)
                .arity("1")
                .description(about.replace("%", "%%"))
                .build();
    }

    static OptionSpec texts(String label, String about, String... names) {
        return OptionSpec.builder(names)
                .paramLabel(label)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .description(about + "; may be given several times")
                .build();
    }

    static OptionSpec flag(String about, String... names) {
        return OptionSpec.builder(names).type(boolean.class).arity("0").description(about).build();
    }

    static PositionalParamSpec operand(String label, String about) {
        return operand("0", label, about);
    }

    /**
     * @param index which one it is, from 0 on
     */
    static PositionalParamSpec operand(String index, String label, String about) {
        return PositionalParamSpec.builder()
                .index(index)
                .paramLabel(label)
                .type(String.class)
                .arity("1")
                .required(true)
                .description(about)
                .build();
    }

    static PositionalParamSpec operands(String label, String arity, String about) {
        return PositionalParamSpec.builder()
                .index("0..*")
                .paramLabel(label)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity(arity)
                .description(about)
                .build();
    }

    /** Taken by every command; each has an environment variable. */
    static List<OptionSpec> global() {
        return List.of(
                text(
                        "FORMAT",
                        "table, wide, json, yaml, csv or name (YQCTL_OUTPUT)",
                        "-o",
                        "--output"),
                text("URL", "The controller (YQCTL_SERVER)", "-s", "--server"),
                text("TOKEN", "Who asks (YQCTL_TOKEN)", "--token"),
                text("FILE", "The controller's CA certificate, PEM (YQCTL_CA)", "--ca"),
                text("DURATION", "How long to wait at most (YQCTL_TIMEOUT)", "--timeout"),
                text("FILE", "Where 'login' keeps settings (YQCTL_CONFIG)", "--config"),
                text("LOCALE", "en or zh; by the locale when absent (YQCTL_LANG)", "--lang"));
    }

    static OptionSpec tenant() {
        return text("NAME", "The tenant in question (YQCTL_TENANT)", "-t", "--tenant");
    }

    /** What every mutation takes. */
    static List<OptionSpec> mutation() {
        return List.of(
                flag("Have the controller say what would change, and change nothing", "--dry-run"),
                text(
                        "DIGEST",
                        "Do only what the plan with this digest said; refused if the world moved",
                        "--digest"),
                reason());
    }

    /** What a new resource is labelled with. */
    static OptionSpec label() {
        return texts("KEY=VALUE", "A label", "-l", "--label");
    }

    static OptionSpec reason() {
        return text("TEXT", "Kept in the history (YQCTL_REASON)", "--reason");
    }

    static OptionSpec yes() {
        return flag("Do not ask (YQCTL_YES)", "-y", "--yes");
    }

    static OptionSpec await(String what) {
        return OptionSpec.builder("--wait")
                .paramLabel("DURATION")
                .type(String.class)
                .arity("0..1")
                .description(what + "; write --wait=90s for how long, else --timeout, else 10m")
                .build();
    }
}
