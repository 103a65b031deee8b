package io.yunqing.cli.command;

import io.yunqing.api.Kind;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.noun.Nouns;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.platform.Shell;
import io.yunqing.cli.platform.Words;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Noun, then verb.
 *
 * <p>The whole tree is some seventy commands, and building it costs more than the request that follows. So when the first
 * two words name a noun and a verb, only these are built; for everything else (help, completion, mistakes) all of it is.
 */
public final class Grammar {
    private Grammar() {}

    /** Parses a command line and does what it says. */
    public static Exit run(String[] line, Shell shell) {
        String[] arguments = attachWait(line);
        CommandLine root = commandLine(tree(arguments), shell);
        ParseResult parsed;
        try {
            parsed = root.parseArgs(arguments);
        } catch (ParameterException e) {
            throw Failure.usage(
                    String.valueOf(e.getMessage()),
                    "see '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'");
        }
        ParseResult leaf = parsed;
        while (true) {
            if (leaf.isUsageHelpRequested()) {
                shell.out().print(leaf.commandSpec().commandLine().getUsageMessage());
                return Exit.OK;
            }
            if (!leaf.hasSubcommand()) {
                break;
            }
            leaf = leaf.subcommand();
        }
        if (leaf.commandSpec().userObject() instanceof Action action) {
            return action.run(new Call(new Args(parsed), shell, wordsFor(parsed, shell)));
        }
        shell.err().print(leaf.commandSpec().commandLine().getUsageMessage());
        return Exit.USAGE;
    }

    /** The tree that a command line needs: one branch when it begins with a noun and a verb, else everything. */
    static CommandSpec tree(String[] line) {
        if (line.length >= 2) {
            Optional<Kind> kind = Nouns.kindOf(line[0]);
            if (kind.isPresent() && Verbs.names(kind.get()).contains(line[1])) {
                return root(List.of(kind.get()), line[1]);
            }
        }
        CommandSpec root = root(List.of(Kind.values()), "");
        Plain.commands().forEach(command -> root.addSubcommand(command.name(), command));
        return root;
    }

    private static CommandSpec root(List<Kind> kinds, String onlyVerb) {
        CommandSpec root = Options.command("yqctl", "The command line of the Yunqing cloud");
        Options.global().forEach(root::addOption);
        for (Kind kind : kinds) {
            root.addSubcommand(kind.singular(), branch(Nouns.of(kind), onlyVerb));
        }
        root.usageMessage()
                .footer(
                        "",
                        "Examples:",
                        "  yqctl login --server https://cloud.example:8443 --token-file token",
                        "  yqctl apply -f city.yaml --wait",
                        "  yqctl instance list --tenant reg-prod -o wide",
                        "",
                        "Exit codes: 0 ok, 1 unexpected, 2 usage, 3 not found, 4 conflict,",
                        "  5 refused by quota or placement, 6 not permitted, 7 still running after",
                        "  the wait, 8 unreachable, 9 partly done.");
        return root;
    }

    private static CommandSpec branch(Noun noun, String onlyVerb) {
        CommandSpec branch = Options.command(noun.word(), noun.about());
        branch.aliases(noun.kind().plural());
        for (String verb : Verbs.names(noun.kind())) {
            if (onlyVerb.isEmpty() || onlyVerb.equals(verb)) {
                branch.addSubcommand(verb, Verbs.command(noun, verb));
            }
        }
        return branch;
    }

    static CommandLine commandLine(CommandSpec spec, Shell shell) {
        boolean colours = shell.terminals().out() && shell.variable("NO_COLOR").isEmpty();
        return new CommandLine(spec)
                .setColorScheme(CommandLine.Help.defaultColorScheme(colours ? Ansi.ON : Ansi.OFF))
                .setOverwrittenOptionsAllowed(true)
                // @FILE is read by the flags that say so; nothing else of it may become arguments.
                .setExpandAtFiles(false)
                .setUsageHelpWidth(100);
    }

    /** {@code --wait} takes its duration behind an equals sign only, so that the next word stays an operand. */
    private static String[] attachWait(String[] line) {
        List<String> words = Arrays.asList(line);
        int end = words.indexOf("--");
        String[] attached = line.clone();
        for (int i = 0; i < (end < 0 ? line.length : end); i++) {
            if (attached[i].equals("--wait")) {
                attached[i] = "--wait=";
            }
        }
        return attached;
    }

    private static Words wordsFor(ParseResult parsed, Shell shell) {
        for (ParseResult level = parsed; ; level = level.subcommand()) {
            OptionSpec language = level.matchedOption("--lang");
            if (language != null) {
                return Words.of(String.valueOf(language.<Object>getValue()));
            }
            if (!level.hasSubcommand()) {
                return Words.in(shell);
            }
        }
    }
}
