package io.yunqing.cli.command;

import io.yunqing.cli.noun.Noun;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** The verbs that instances have beside those of all nouns. */
final class InstanceVerbs {
    static final List<String> NAMES =
            List.of(
                    "start",
                    "stop",
                    "reboot",
                    "pause",
                    "resize",
                    "rebuild",
                    "rescue",
                    "unrescue",
                    "snapshot",
                    "log",
                    "console",
                    "stats",
                    "explain");

    private InstanceVerbs() {}

    static CommandSpec command(Noun noun, String verb) {
        return switch (verb) {
            case "start" -> start(noun);
            case "stop" -> stop(noun);
            case "reboot" -> reboot(noun);
            case "pause" -> pause(noun);
            case "resize" -> resize(noun);
            case "rebuild" -> rebuild(noun);
            case "rescue" -> rescue(noun);
            case "unrescue" -> unrescue(noun);
            case "snapshot" -> snapshots(noun);
            case "log" -> log(noun);
            case "console" -> console(noun);
            case "stats" -> stats(noun);
            case "explain" -> explain(noun);
            default -> throw new IllegalArgumentException(verb);
        };
    }

    private static CommandSpec start(Noun noun) {
        CommandSpec start =
                Options.command(
                        "start",
                        "Have an instance running; one that is paused goes on",
                        call -> Changing.power(call, noun, "RUNNING"),
                        "instance start web-1 web-2 --tenant reg-prod --wait");
        Options.mutation().forEach(start::addOption);
        return Verbs.awaiting(noun, start.addPositional(Verbs.names(noun)));
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
        return Verbs.awaiting(noun, stop.addPositional(Verbs.names(noun)));
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
        return Verbs.awaiting(noun, reboot.addPositional(Verbs.names(noun)));
    }

    private static CommandSpec pause(Noun noun) {
        CommandSpec pause =
                Options.command(
                        "pause",
                        "Have an instance stand still, with its memory kept; start lets it go on",
                        call -> Changing.power(call, noun, "PAUSED"),
                        "instance pause web-1 --tenant reg-prod --wait");
        Options.mutation().forEach(pause::addOption);
        return Verbs.awaiting(noun, pause.addPositional(Verbs.names(noun)));
    }

    private static CommandSpec resize(Noun noun) {
        CommandSpec resize =
                Options.command(
                        "resize",
                        "Give an instance another size on the host where it is; a smaller one only while it is off",
                        call -> Changing.resize(call, noun),
                        "instance resize web-1 --tenant reg-prod --flavor large",
                        "instance resize web-1 --tenant reg-prod --flavor large --dry-run");
        resize.addOption(Options.text("NAME", "The flavor it is to have (required)", "--flavor"));
        Options.mutation().forEach(resize::addOption);
        return Verbs.awaiting(noun, resize.addPositional(Verbs.name(noun)));
    }

    private static CommandSpec rebuild(Noun noun) {
        CommandSpec rebuild =
                Options.command(
                        "rebuild",
                        "Start an instance on a fresh root disk; all that is on the old one is lost."
                                + " Asks for the name first",
                        call -> Changing.rebuild(call, noun),
                        "instance rebuild web-1 --tenant reg-prod --wait",
                        "instance rebuild web-1 --tenant reg-prod --image debian-13 --yes");
        for (String field : List.of("image", "sshKeys", "userData")) {
            noun.field(field).ifPresent(one -> rebuild.addOption(Verbs.option(one, false)));
        }
        rebuild.addOption(Options.flag("Take the power away instead of asking", "--force"));
        rebuild.addOption(Options.yes());
        Options.mutation().forEach(rebuild::addOption);
        return Verbs.awaiting(noun, rebuild.addPositional(Verbs.name(noun)));
    }

    private static CommandSpec rescue(Noun noun) {
        CommandSpec rescue =
                Options.command(
                        "rescue",
                        "Start an instance from an image, its own when none is named; its root disk is"
                                + " /dev/disk/by-id/virtio-root until 'unrescue'",
                        call -> Changing.rescue(call, noun),
                        "instance rescue web-1 --tenant reg-prod --wait",
                        "instance rescue web-1 --tenant reg-prod --image mending --force");
        rescue.addOption(
                Options.text(
                        "NAME", "The image; what its root disk started as when absent", "--image"));
        return restarting(noun, rescue);
    }

    private static CommandSpec unrescue(Noun noun) {
        return restarting(
                noun,
                Options.command(
                        "unrescue",
                        "Start an instance from its own root disk again",
                        call -> Changing.unrescue(call, noun),
                        "instance unrescue web-1 --tenant reg-prod --wait"));
    }

    private static CommandSpec restarting(Noun noun, CommandSpec verb) {
        verb.addOption(Options.flag("Take the power away instead of asking", "--force"));
        Options.mutation().forEach(verb::addOption);
        return Verbs.awaiting(noun, verb.addPositional(Verbs.name(noun)));
    }

    private static CommandSpec log(Noun noun) {
        CommandSpec log =
                Options.command(
                        "log",
                        "Print the guest's serial console",
                        call -> Following.log(call, noun),
                        "instance log web-1 --tenant reg-prod -f");
        log.addOption(Options.flag("Go on as it grows", "-f", "--follow"));
        return log.addPositional(Verbs.name(noun));
    }

    private static CommandSpec console(Noun noun) {
        CommandSpec console =
                Options.command(
                        "console",
                        "Use the guest's serial console; ~. at the beginning of a line leaves, ~~ is a tilde."
                                + " What is piped in is typed, and what the guest writes then printed until it"
                                + " is quiet for 2 s",
                        call -> Consoles.console(call, noun),
                        "instance console web-1 --tenant reg-prod",
                        "instance console web-1 --tenant reg-prod --force",
                        "instance console web-1 --tenant reg-prod < commands");
        console.addOption(Options.flag("Take it over from whoever has it", "--force"));
        console.addOption(Options.reason());
        return console.addPositional(Verbs.name(noun));
    }

    private static CommandSpec stats(Noun noun) {
        return Options.command(
                        "stats",
                        "Show what an instance uses: processors, memory, disks, network",
                        call -> Showing.stats(call, noun),
                        "instance stats web-1 --tenant reg-prod",
                        "instance stats web-1 --tenant reg-prod -o json")
                .addPositional(Verbs.name(noun));
    }

    private static CommandSpec explain(Noun noun) {
        return Options.command(
                        "explain",
                        "Say why an instance is where it is and as it is",
                        call -> Showing.explain(call, noun),
                        "instance explain web-1 --tenant reg-prod")
                .addPositional(Verbs.name(noun));
    }

    private static CommandSpec snapshots(Noun noun) {
        CommandSpec snapshots =
                Options.command(
                        "snapshot",
                        "Take snapshots of an instance's volumes, all of one instant: NAME-VOLUME for each",
                        call -> Copying.snapshots(call, noun),
                        "instance snapshot db-1 --tenant reg-prod --name before-upgrade --wait",
                        "instance snapshot db-1 --tenant reg-prod --name nightly --volume db-1-data");
        snapshots.addOption(
                Options.text("NAME", "What their names begin with (required)", "--name"));
        snapshots.addOption(
                Options.texts("NAME", "Only of this volume; can be given again", "--volume"));
        snapshots.addOption(Options.label());
        Options.mutation().forEach(snapshots::addOption);
        return Verbs.awaiting(noun, snapshots.addPositional(Verbs.name(noun)));
    }
}
