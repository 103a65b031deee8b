package io.yunqing.cli.command;

import io.yunqing.api.Kind;
import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Field;
import io.yunqing.cli.noun.Filter;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.noun.TenantNouns;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.print.Printer;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Rest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** The verbs of all nouns: what each takes and what it does. */
final class Verbs {
    private static final List<String> EVERYWHERE =
            List.of("list", "show", "create", "set", "delete", "watch", "history");

    private Verbs() {}

    /** The verbs a kind has. */
    static List<String> names(Kind kind) {
        List<String> names = new ArrayList<>(EVERYWHERE);
        switch (kind) {
            case HOST -> names.add("join-token");
            case INSTANCE ->
                    names.addAll(
                            List.of(
                                    "start", "stop", "reboot", "pause", "resize", "log", "stats",
                                    "explain"));
            case VOLUME -> names.addAll(List.of("attach", "detach"));
            case ORPHAN -> {
                names.remove("create");
                names.addAll(List.of("quarantine", "release"));
            }
            default -> {}
        }
        return names;
    }

    /** One verb of one noun, with its options and help. */
    static CommandSpec command(Noun noun, String verb) {
        CommandSpec command =
                switch (verb) {
                    case "list" -> list(noun);
                    case "show" -> show(noun);
                    case "create" -> create(noun);
                    case "set" -> set(noun);
                    case "delete" -> delete(noun);
                    case "watch" -> watch(noun);
                    case "history" -> history(noun);
                    case "join-token" -> joinToken(noun);
                    case "start" -> start(noun);
                    case "stop" -> stop(noun);
                    case "reboot" -> reboot(noun);
                    case "pause" -> pause(noun);
                    case "resize" -> resize(noun);
                    case "log" -> log(noun);
                    case "stats" -> stats(noun);
                    case "explain" -> explain(noun);
                    case "attach" -> attach(noun);
                    case "detach" -> detach(noun);
                    case "quarantine" -> quarantine(noun);
                    case "release" -> release(noun);
                    default -> throw new IllegalArgumentException(verb);
                };
        if (noun.kind().inTenant()) {
            command.addOption(Options.tenant());
        }
        Options.global().forEach(command::addOption);
        return command;
    }

    private static CommandSpec list(Noun noun) {
        String word = noun.word();
        CommandSpec list =
                Options.command(
                        "list",
                        "List " + noun.kind().plural() + ", all pages of them",
                        call -> Listing.list(call, noun),
                        word + " list",
                        word + " list --label team=web -o wide",
                        word + " list -o csv > " + noun.kind().plural() + ".csv");
        for (Filter filter : noun.filters()) {
            list.addOption(Options.text("VALUE", filter.description(), filter.flag()));
        }
        if (noun.kind().inTenant()) {
            list.addOption(
                    Options.flag(
                            "Of all tenants, even if YQCTL_TENANT names one",
                            "-A",
                            "--all-tenants"));
        }
        list.addOption(Options.texts("KEY=VALUE", "Only with this label", "-l", "--label"));
        list.addOption(Options.text("PREFIX", "Only names that begin like this", "--name"));
        list.addOption(Options.text("N", "At most so many; all when absent", "--limit"));
        list.addOption(Options.text("CURSOR", "Go on where a limited list ended", "--cursor"));
        list.addOption(
                Options.text(
                        "FIELDS", "Have the controller send only these, for json", "--fields"));
        return list;
    }

    private static CommandSpec show(Noun noun) {
        return Options.command(
                        "show",
                        "Show everything about one " + noun.word(),
                        call -> Showing.show(call, noun),
                        noun.word() + " show " + sample(noun),
                        noun.word() + " show " + sample(noun) + " -o yaml")
                .addPositional(name(noun));
    }

    private static CommandSpec create(Noun noun) {
        CommandSpec create =
                Options.command(
                        "create",
                        "Create " + noun.aWord(),
                        call -> Changing.create(call, noun),
                        noun.word() + " create " + noun.example());
        create.addPositional(name(noun));
        noun.fields().forEach(field -> create.addOption(option(field, field.required())));
        if (noun.kind() == Kind.INSTANCE) {
            create.addOption(option(TenantNouns.count(), false));
            create.addOption(option(TenantNouns.volumes(), false));
        }
        create.addOption(Options.texts("KEY=VALUE", "A label", "-l", "--label"));
        Options.mutation().forEach(create::addOption);
        return awaiting(noun, create);
    }

    private static CommandSpec set(Noun noun) {
        CommandSpec set =
                Options.command(
                        "set",
                        "Change fields of " + noun.aWord() + "; what is not named stays as it is",
                        call -> Changing.set(call, noun),
                        noun.word() + " set " + sample(noun) + " --label team=web",
                        noun.word() + " set " + sample(noun) + " --label team- --dry-run");
        set.addPositional(name(noun));
        noun.fields().stream()
                .filter(field -> !field.fixed())
                .forEach(field -> set.addOption(option(field, false)));
        set.addOption(Options.texts("KEY=VALUE|KEY-", "Sets or removes a label", "-l", "--label"));
        Options.mutation().forEach(set::addOption);
        return awaiting(noun, set);
    }

    private static CommandSpec delete(Noun noun) {
        CommandSpec delete =
                Options.command(
                        "delete",
                        "Delete; asks for the name first",
                        call -> Deleting.delete(call, noun),
                        noun.word() + " delete " + sample(noun),
                        noun.word()
                                + " delete "
                                + sample(noun)
                                + " --yes --reason 'no longer used'");
        delete.addPositional(Options.operands("NAME", "1..*", "Which ones"));
        delete.addOption(Options.yes());
        Options.mutation().forEach(delete::addOption);
        return awaiting(noun, delete);
    }

    private static CommandSpec watch(Noun noun) {
        CommandSpec watch =
                Options.command(
                        "watch",
                        "Print what happens, as it happens",
                        call -> Following.watch(call, noun),
                        noun.word() + " watch",
                        noun.word() + " watch " + sample(noun) + " --timeout 5m -o json");
        watch.addPositional(Options.operands("NAME", "0..1", "Only this one"));
        watch.addOption(Options.text("CURSOR", "Begin behind this event", "--after"));
        watch.addOption(Options.text("N", "End after so many events", "--limit"));
        return watch;
    }

    private static CommandSpec history(Noun noun) {
        CommandSpec history =
                Options.command(
                        "history",
                        "Print what happened to " + noun.aWord() + ", oldest first",
                        call -> Following.history(call, noun),
                        noun.word() + " history " + sample(noun));
        history.addPositional(name(noun));
        history.addOption(Options.text("CURSOR", "Begin behind this event", "--after"));
        return history;
    }

    private static CommandSpec joinToken(Noun noun) {
        CommandSpec token =
                Options.command(
                        "join-token",
                        "Make a token with which one agent may enrol as this host, once",
                        call -> joinToken(call, noun),
                        "host join-token rack1-07 > join-token");
        token.addOption(Options.reason());
        return token.addPositional(name(noun));
    }

    private static CommandSpec start(Noun noun) {
        CommandSpec start =
                Options.command(
                        "start",
                        "Have an instance running; one that is paused goes on",
                        call -> Changing.power(call, noun, "RUNNING"),
                        "instance start web-1 --tenant reg-prod --wait");
        Options.mutation().forEach(start::addOption);
        return awaiting(noun, start.addPositional(name(noun)));
    }

    private static CommandSpec stop(Noun noun) {
        CommandSpec stop =
                Options.command(
                        "stop",
                        "Have an instance off, by asking the guest to shut down",
                        call ->
                                Changing.power(
                                        call, noun, call.args().has("--force") ? "OFF" : "STOPPED"),
                        "instance stop web-1 --tenant reg-prod --wait",
                        "instance stop web-1 --tenant reg-prod --force");
        stop.addOption(Options.flag("Take the power away instead of asking", "--force"));
        Options.mutation().forEach(stop::addOption);
        return awaiting(noun, stop.addPositional(name(noun)));
    }

    private static CommandSpec reboot(Noun noun) {
        CommandSpec reboot =
                Options.command(
                        "reboot",
                        "Have an instance started anew, by asking the guest to shut down",
                        call -> Changing.reboot(call, noun),
                        "instance reboot web-1 --tenant reg-prod --wait",
                        "instance reboot web-1 --tenant reg-prod --force");
        reboot.addOption(Options.flag("Take the power away instead of asking", "--force"));
        Options.mutation().forEach(reboot::addOption);
        return awaiting(noun, reboot.addPositional(name(noun)));
    }

    private static CommandSpec pause(Noun noun) {
        CommandSpec pause =
                Options.command(
                        "pause",
                        "Have an instance stand still, with its memory kept; start lets it go on",
                        call -> Changing.power(call, noun, "PAUSED"),
                        "instance pause web-1 --tenant reg-prod --wait");
        Options.mutation().forEach(pause::addOption);
        return awaiting(noun, pause.addPositional(name(noun)));
    }

    private static CommandSpec resize(Noun noun) {
        CommandSpec resize =
                Options.command(
                        "resize",
                        "Give an instance that is off another size, on the host where it is",
                        call -> Changing.resize(call, noun),
                        "instance resize web-1 --tenant reg-prod --flavor large",
                        "instance resize web-1 --tenant reg-prod --flavor large --dry-run");
        resize.addOption(Options.text("NAME", "The flavor it is to have (required)", "--flavor"));
        Options.mutation().forEach(resize::addOption);
        return awaiting(noun, resize.addPositional(name(noun)));
    }

    private static CommandSpec log(Noun noun) {
        CommandSpec log =
                Options.command(
                        "log",
                        "Print the guest's serial console",
                        call -> Following.log(call, noun),
                        "instance log web-1 --tenant reg-prod -f");
        log.addOption(Options.flag("Go on as it grows", "-f", "--follow"));
        return log.addPositional(name(noun));
    }

    private static CommandSpec stats(Noun noun) {
        return Options.command(
                        "stats",
                        "Show what an instance uses: processors, memory, disks, network",
                        call -> Showing.stats(call, noun),
                        "instance stats web-1 --tenant reg-prod",
                        "instance stats web-1 --tenant reg-prod -o json")
                .addPositional(name(noun));
    }

    private static CommandSpec explain(Noun noun) {
        return Options.command(
                        "explain",
                        "Say why an instance is where it is and as it is",
                        call -> Showing.explain(call, noun),
                        "instance explain web-1 --tenant reg-prod")
                .addPositional(name(noun));
    }

    private static CommandSpec attach(Noun noun) {
        CommandSpec attach =
                Options.command(
                        "attach",
                        "Attach a volume to an instance on its host, which may run",
                        call -> Changing.attach(call, noun),
                        "volume attach web-1-logs --tenant reg-prod --instance web-2 --wait");
        attach.addOption(
                Options.text("NAME", "The instance that is to have it (required)", "--instance"));
        Options.mutation().forEach(attach::addOption);
        return awaiting(noun, attach.addPositional(name(noun)));
    }

    private static CommandSpec detach(Noun noun) {
        CommandSpec detach =
                Options.command(
                        "detach",
                        "Take a volume from its instance, which may run; unmount it there first",
                        call -> Changing.detach(call, noun),
                        "volume detach web-1-logs --tenant reg-prod --wait");
        Options.mutation().forEach(detach::addOption);
        return awaiting(noun, detach.addPositional(name(noun)));
    }

    private static CommandSpec quarantine(Noun noun) {
        CommandSpec quarantine =
                Options.command(
                        "quarantine",
                        "Put an orphan aside, whole: a domain is shut down and its definition kept,"
                                + " files are moved",
                        call -> Changing.quarantine(call, noun, true),
                        "orphan quarantine 0d1f8a5c3b7e --wait",
                        "orphan quarantine 0d1f8a5c3b7e --dry-run");
        Options.mutation().forEach(quarantine::addOption);
        return awaiting(noun, quarantine.addPositional(name(noun)));
    }

    private static CommandSpec release(Noun noun) {
        CommandSpec release =
                Options.command(
                        "release",
                        "Put an orphan back to where it was; a domain is off then",
                        call -> Changing.quarantine(call, noun, false),
                        "orphan release 0d1f8a5c3b7e --wait");
        Options.mutation().forEach(release::addOption);
        return awaiting(noun, release.addPositional(name(noun)));
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

    private static CommandSpec awaiting(Noun noun, CommandSpec command) {
        return noun.awaited() ? command.addOption(Options.await("Wait until it is so")) : command;
    }

    private static picocli.CommandLine.Model.OptionSpec option(Field field, boolean required) {
        String about = field.description() + (required ? " (required)" : "");
        return field.type().repeatable()
                ? Options.texts(field.label(), about, field.flag())
                : Options.text(field.label(), about, field.flag());
    }

    private static picocli.CommandLine.Model.PositionalParamSpec name(Noun noun) {
        return Options.operand(
                "NAME", noun.kind().inTenant() ? "Its name, or TENANT/NAME" : "Its name");
    }

    private static String sample(Noun noun) {
        return noun.example().split(" ", 2)[0];
    }
}
