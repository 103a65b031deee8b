package io.yunqing.cli.command;

import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.print.Printer;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Rest;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** What is done with hosts alone: what each verb takes and what it does. */
final class HostVerbs {
    static final List<String> NAMES = List.of("join-token", "cordon", "uncordon", "declare-lost");

    private HostVerbs() {}

    static CommandSpec command(Noun noun, String verb) {
        return switch (verb) {
            case "join-token" -> joinToken(noun);
            case "cordon" ->
                    schedulable(
                            noun,
                            verb,
                            false,
                            "Let no new instance come to hosts; what runs there runs on");
            case "uncordon" -> schedulable(noun, verb, true, "Let instances come to hosts again");
            case "declare-lost" -> declareLost(noun);
            default -> throw new IllegalArgumentException(verb);
        };
    }

    private static CommandSpec declareLost(Noun noun) {
        CommandSpec lost =
                Options.command(
                        "declare-lost",
                        "Say that a host that is silent is lost. When a second person says the same within"
                                + " an hour, its instances that may be are started on other hosts",
                        call -> declareLost(call, noun),
                        "host declare-lost rack1-07 --reason 'its power supply burned, I unplugged it'");
        lost.addOption(Options.reason());
        return lost.addPositional(Verbs.name(noun));
    }

    private static CommandSpec joinToken(Noun noun) {
        CommandSpec token =
                Options.command(
                        "join-token",
                        "Make a token with which one agent may enrol as this host, once",
                        call -> joinToken(call, noun),
                        "host join-token rack1-07 > join-token");
        token.addOption(Options.reason());
        return token.addPositional(Verbs.name(noun));
    }

    private static CommandSpec schedulable(
            Noun noun, String verb, boolean schedulable, String what) {
        CommandSpec command =
                Options.command(
                        verb,
                        what,
                        call ->
                                Changing.change(
                                        call,
                                        noun,
                                        named(call, noun),
                                        Edit.one("spec.schedulable", schedulable)),
                        "host %s rack1-07 rack1-08 --reason 'new memory'".formatted(verb),
                        "host %s --zone futian --rack r1 --dry-run".formatted(verb));
        command.addPositional(Options.operands("NAME", "0..*", "Their names"));
        command.addOption(Options.text("NAME", "All hosts of this zone instead", "--zone"));
        command.addOption(Options.text("NAME", "Of the zone, those of this rack", "--rack"));
        Options.mutation().forEach(command::addOption);
        return command;
    }

    /** By their names, or all of a zone or a rack. */
    private static List<Target> named(Call call, Noun noun) {
        boolean selected = call.args().has("--zone");
        if (selected == !call.args().operands().isEmpty()
                || (call.args().has("--rack") && !selected)) {
            throw Failure.usage(
                    "which hosts?", "name them, or say --zone, or --zone with one of its racks");
        }
        if (!selected) {
            return Several.targets(call, noun);
        }
        List<Target> hosts =
                Listing.all(call, noun).stream()
                        .map(host -> new Target("", Tree.textAt(host, "metadata.name")))
                        .toList();
        if (hosts.isEmpty()) {
            throw new Failure(
                    Exit.NOT_FOUND,
                    "no host is there",
                    "-> see zones and racks with 'yqctl host list -o wide'");
        }
        Several.requireOneForDigest(call, noun, hosts);
        return hosts;
    }

    private static Exit declareLost(Call call, Noun noun) {
        Target target = call.target(noun);
        if (call.reason().isEmpty()) {
            throw Failure.usage(
                    "host declare-lost: --reason is missing", "say how it is known that it is off");
        }
        Answer answer =
                call.rest()
                        .post(
                                call.url(noun, target, "declarations"),
                                Rest.headers(call.reason(), ""),
                                Map.of("reason", call.reason()));
        if (call.printer().output().forPeople()) {
            String fence = Tree.textAt(answer.tree(), "fence");
            if (fence.isEmpty()) {
                call.say("lost.declared", target, Tree.textAt(answer.tree(), "until"));
            } else {
                call.say("lost.fenced", target, fence);
            }
        } else {
            call.printer().body(answer);
        }
        return Exit.OK;
    }

    /** Data is the token alone, so that it can be redirected into the agent's file. */
    private static Exit joinToken(Call call, Noun noun) {
        Target target = call.target(noun);
        Answer answer =
                call.rest()
                        .post(
                                call.url(noun, target, "join-token"),
                                Rest.headers(call.reason(), ""),
                                Map.of());
        Printer printer = call.printer();
        if (call.outputAsked() && !printer.output().forPeople()) {
            printer.body(answer);
            return Exit.OK;
        }
        printer.raw(Tree.textAt(answer.tree(), "token") + "\n");
        call.say("token.expires", Tree.textAt(answer.tree(), "expires"), target);
        return Exit.OK;
    }
}
