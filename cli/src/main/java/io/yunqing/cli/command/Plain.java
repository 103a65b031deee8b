package io.yunqing.cli.command;

import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The commands without a noun. */
final class Plain {
    private Plain() {}

    static List<CommandSpec> commands() {
        return List.of(
                login(),
                logout(),
                whoami(),
                apply(),
                headroom(),
                simulate(),
                rebalance(),
                ha(),
                doctor(),
                completion(),
                version());
    }

    private static CommandSpec login() {
        CommandSpec login =
                Options.command(
                        "login",
                        "Remember a controller and who asks, after checking both",
                        Session::login,
                        "login --server https://cloud.example:8443 --token-file token --ca ca.pem");
        login.addOption(
                Options.text("FILE", "Holds the token; - for standard input", "--token-file"));
        login.addOption(
                Options.text("NAME", "The tenant to take when none is named", "-t", "--tenant"));
        return global(login);
    }

    private static CommandSpec logout() {
        return global(Options.command("logout", "Forget the token", Session::logout, "logout"));
    }

    private static CommandSpec whoami() {
        return global(
                Options.command(
                        "whoami",
                        "Show whom the controller takes the caller for",
                        Session::whoami,
                        "whoami"));
    }

    private static CommandSpec apply() {
        CommandSpec apply =
                Options.command(
                        "apply",
                        "Make what manifests speak of as they say; fields they leave out stay as"
                                + " they are",
                        Applying::apply,
                        "apply -f city.yaml --dry-run",
                        "apply -f manifests/ --wait",
                        "instance show web-1 -t reg-prod -o yaml | yqctl apply -f -");
        apply.addOption(
                Options.texts("FILE|FOLDER|-", "YAML or JSON manifests", "-f", "--filename"));
        apply.addOption(
                Options.flag(
                        "Have the controller say what would change, and change nothing",
                        "--dry-run"));
        apply.addOption(Options.reason());
        apply.addOption(Options.await("Wait until all instances in it are so"));
        return global(apply);
    }

    private static CommandSpec headroom() {
        CommandSpec headroom =
                Options.command(
                        "headroom",
                        "Show how many more instances of a flavor fit, now and with one host, rack or"
                                + " zone lost",
                        Forecasts::headroom,
                        "headroom --flavor small",
                        "headroom --flavor large --zone futian");
        headroom.addOption(Options.text("NAME", "The flavor in question (required)", "--flavor"));
        headroom.addOption(Options.text("NAME", "Only in this zone", "--zone"));
        headroom.addOption(
                Options.text("NAME", "Also on hosts kept for this tenant", "-t", "--tenant"));
        return global(headroom);
    }

    private static CommandSpec simulate() {
        CommandSpec simulate =
                Options.command(
                        "simulate",
                        "Show where instances would go that nobody asks for yet; exit code 5 if not"
                                + " all find a host",
                        Forecasts::simulate,
                        "simulate small=100 large=4",
                        "simulate small=10 --zone futian");
        simulate.addPositional(
                Options.operands("FLAVOR[=COUNT]", "0..*", "What to try, one by one"));
        simulate.addOption(Options.text("NAME", "Only in this zone", "--zone"));
        simulate.addOption(Options.text("NAME", "For this tenant", "-t", "--tenant"));
        simulate.addOption(
                Options.text(
                        "NAME", "As members of this placement group of the tenant", "--group"));
        return global(simulate);
    }

    private static CommandSpec rebalance() {
        CommandSpec rebalance =
                Options.command(
                        "rebalance",
                        "Show which instances to move so that hosts become empty or none is hot; moves"
                                + " nothing",
                        Forecasts::rebalance,
                        "rebalance --goal empty --zone futian",
                        "rebalance --goal relieve --above 90 --most 5");
        rebalance.addOption(
                Options.text(
                        "empty|relieve",
                        "Empty whole hosts, or bring hot ones below a share of use (required)",
                        "--goal"));
        rebalance.addOption(
                Options.text("N", "At most so many moves, up to 200; 20 when absent", "--most"));
        rebalance.addOption(
                Options.text(
                        "PERCENT",
                        "A host is hot when more of its vCPUs or memory is promised; 80 when absent",
                        "--above"));
        rebalance.addOption(Options.text("NAME", "Only hosts of this zone", "--zone"));
        return global(rebalance);
    }

    private static CommandSpec ha() {
        CommandSpec simulate =
                Options.command(
                        "simulate",
                        "Show which instances would find room elsewhere if hosts were lost, and which"
                                + " none; exit code 5 if not all do. Touches nothing",
                        Forecasts::rehearse,
                        "ha simulate zone futian --environment production",
                        "ha simulate rack futian/r1",
                        "ha simulate host h1 -o json");
        simulate.addPositional(
                Options.operands("host NAME | rack ZONE/RACK | zone NAME", "0..*", "What is lost"));
        simulate.addOption(
                Options.text(
                        "NAME",
                        "Only instances of production, test, development or emergency tenants"
                                + " look for another host",
                        "--environment"));
        simulate.addOption(
                Options.text("N", "Name so many instances at most; 200 when absent", "--most"));
        CommandSpec status =
                Options.command(
                        "status",
                        "Show how many hosts are silent or fenced and whether silent ones are judged; exit"
                                + " code 1 if they are not, or instances of lost ones wait for a host",
                        Forecasts::availability,
                        "ha status");
        return Options.command("ha", "Losses of hosts, as they are and rehearsed")
                .addSubcommand("simulate", global(simulate))
                .addSubcommand("status", global(status));
    }

    private static CommandSpec doctor() {
        return global(
                Options.command(
                        "doctor",
                        "Recompute every sum of the ledger from its allocations; exit code 1 if one"
                                + " differs",
                        Forecasts::doctor,
                        "doctor"));
    }

    private static CommandSpec completion() {
        CommandSpec completion =
                Options.command(
                        "completion",
                        "Print a completion script for bash or zsh",
                        Plain::complete,
                        "completion bash > ~/.local/share/bash-completion/completions/yqctl");
        return completion.addPositional(Options.operand("bash|zsh", "For which shell"));
    }

    private static CommandSpec version() {
        return Options.command("version", "Print the version of yqctl", Plain::version, "version");
    }

    private static CommandSpec global(CommandSpec command) {
        Options.global().forEach(command::addOption);
        return command;
    }

    private static Exit complete(Call call) {
        String shell = call.args().operands().getFirst();
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw Failure.usage(
                    "completion: '" + shell + "' is not a shell it is made for",
                    "choose bash or zsh");
        }
        CommandLine everything = Grammar.commandLine(Grammar.tree(new String[0]), call.shell());
        // The script itself sees whether zsh runs it, and turns on zsh's bash completion.
        call.shell().out().print(AutoComplete.bash("yqctl", everything));
        return Exit.OK;
    }

    private static Exit version(Call call) {
        String version = Plain.class.getPackage().getImplementationVersion();
        call.shell().out().println("yqctl " + (version == null ? "(unpackaged)" : version));
        return Exit.OK;
    }
}
