package io.yunqing.cli.command;

import io.yunqing.api.Kind;
import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.noun.Nouns;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Rest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** The verbs that single nouns have beside those of all: what each takes and what it does. */
final class OwnVerbs {
    private OwnVerbs() {}

    static List<String> names(Kind kind) {
        return switch (kind) {
            case HOST -> HostVerbs.NAMES;
            case INSTANCE -> InstanceVerbs.NAMES;
            case VOLUME -> List.of("attach", "detach", "snapshot", "restore", "backup");
            case ORPHAN -> List.of("quarantine", "release");
            case IMAGE -> List.of("upload", "check", "publish", "deprecate", "revoke");
            case DEPARTMENT,
                    APPLICATION,
                    TENANT,
                    FLAVOR,
                    SIGNER,
                    ZONE,
                    HOST_CLASS,
                    PLACEMENT_GROUP,
                    NETWORK,
                    REPOSITORY,
                    POOL,
                    TIER,
                    WIPE,
                    FENCE,
                    BACKUP ->
                    List.of();
        };
    }

    static CommandSpec command(Noun noun, String verb) {
        if (noun.kind() == Kind.INSTANCE) {
            return InstanceVerbs.command(noun, verb);
        }
        if (noun.kind() == Kind.HOST) {
            return HostVerbs.command(noun, verb);
        }
        return switch (verb) {
            case "snapshot" -> snapshot(noun);
            case "restore" -> restore(noun);
            case "backup" -> backup(noun);
            case "attach" -> attach(noun);
            case "detach" -> detach(noun);
            case "quarantine" -> quarantine(noun);
            case "release" -> release(noun);
            case "upload" -> upload(noun);
            case "check" -> check(noun);
            case "publish" -> stage(noun, verb, "PUBLISHED", "Let instances be made from an image");
            case "deprecate" ->
                    stage(
                            noun,
                            verb,
                            "DEPRECATED",
                            "Have all that stands on an image say that it is on its way out");
            case "revoke" ->
                    stage(
                            noun,
                            verb,
                            "REVOKED",
                            "Let nothing new be made from an image, for good; instances run on");
            default -> throw new IllegalArgumentException(verb);
        };
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
        return Verbs.awaiting(noun, attach.addPositional(Verbs.name(noun)));
    }

    private static CommandSpec detach(Noun noun) {
        CommandSpec detach =
                Options.command(
                        "detach",
                        "Take a volume from its instance, which may run; unmount it there first",
                        call -> Changing.detach(call, noun),
                        "volume detach web-1-logs --tenant reg-prod --wait");
        Options.mutation().forEach(detach::addOption);
        return Verbs.awaiting(noun, detach.addPositional(Verbs.name(noun)));
    }

    private static CommandSpec snapshot(Noun noun) {
        CommandSpec snapshot =
                Options.command(
                        "snapshot",
                        "Take a snapshot of a volume, which may be in use: a volume that is only kept",
                        call -> Copying.snapshot(call, noun),
                        "volume snapshot db-1-data --tenant reg-prod --name before-upgrade --wait");
        snapshot.addOption(Options.text("NAME", "What it is called (required)", "--name"));
        snapshot.addOption(Options.label());
        Options.mutation().forEach(snapshot::addOption);
        return Verbs.awaiting(noun, snapshot.addPositional(Verbs.name(noun)));
    }

    private static CommandSpec restore(Noun noun) {
        CommandSpec restore =
                Options.command(
                        "restore",
                        "Replace all that is on a detached volume by a copy of another. Asks for the name first",
                        call -> Copying.restore(call, noun),
                        "volume restore db-1-data --tenant reg-prod --from before-upgrade --wait",
                        "volume restore db-1-data --tenant reg-prod --from before-upgrade --dry-run");
        restore.addOption(
                Options.text("NAME", "The snapshot or volume to copy (required)", "--from"));
        restore.addOption(Options.yes());
        Options.mutation().forEach(restore::addOption);
        return Verbs.awaiting(noun, restore.addPositional(Verbs.name(noun)));
    }

    private static CommandSpec backup(Noun noun) {
        Noun made = Nouns.of(Kind.BACKUP);
        CommandSpec backup =
                Options.command(
                        "backup",
                        "Have a backup of a volume taken, also while its instance runs",
                        call -> Copying.backup(call, made),
                        "volume backup db-1-data --tenant reg-prod --name db-1-data-1 --repository vault",
                        "volume backup db-1-data --tenant reg-prod --name db-1-data-2 --repository vault --full --wait");
        backup.addOption(Options.text("NAME", "What it is to be called (required)", "--name"));
        backup.addOption(Options.text("NAME", "Where it is kept (required)", "--repository"));
        backup.addOption(Options.flag("Let it build on no other", "--full"));
        backup.addOption(Options.label());
        Options.mutation().forEach(backup::addOption);
        return Verbs.awaiting(made, backup.addPositional(Verbs.name(noun)));
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
        return Verbs.awaiting(noun, quarantine.addPositional(Verbs.name(noun)));
    }

    private static CommandSpec release(Noun noun) {
        CommandSpec release =
                Options.command(
                        "release",
                        "Put an orphan back to where it was; a domain is off then",
                        call -> Changing.quarantine(call, noun, false),
                        "orphan release 0d1f8a5c3b7e --wait");
        Options.mutation().forEach(release::addOption);
        return Verbs.awaiting(noun, release.addPositional(Verbs.name(noun)));
    }

    private static CommandSpec upload(Noun noun) {
        CommandSpec upload =
                Options.command(
                        "upload",
                        "Make an image of a file that is here; the same command again goes on where it ended",
                        call -> Uploading.upload(call, noun),
                        "image upload debian-12 debian-12.qcow2 --format QCOW2 --min-disk-gib 4");
        upload.addPositional(Verbs.name(noun));
        upload.addPositional(Options.operand("1", "FILE", "Its bytes"));
        noun.fields().stream()
                .filter(field -> !Set.of("url", "sha256").contains(field.name()))
                .forEach(field -> upload.addOption(Verbs.option(field, field.required())));
        upload.addOption(Options.label());
        Options.mutation().forEach(upload::addOption);
        return upload;
    }

    private static CommandSpec check(Noun noun) {
        CommandSpec check =
                Options.command(
                        "check",
                        "Have one host fetch an image and look whether it is good; image show says what it found",
                        call -> check(call, noun),
                        "image check debian-12 --zone futian");
        check.addOption(
                Options.text("ZONE", "Where that host is; anywhere unless given", "--zone"));
        Options.mutation().forEach(check::addOption);
        return check.addPositional(Verbs.name(noun));
    }

    private static Exit check(Call call, Noun noun) {
        Target target = call.target(noun);
        Map<String, Object> request =
                call.args()
                        .text("--zone")
                        .<Map<String, Object>>map(zone -> Map.of("zone", zone))
                        .orElse(Map.of());
        Answer answer =
                call.rest()
                        .post(
                                Changing.planned(call, call.url(noun, target, "check")),
                                Rest.headers(call.reason(), ""),
                                request);
        if (Plans.asked(call)) {
            return Plans.print(call, noun, target, answer);
        }
        call.say("checking", noun.word(), target);
        if (call.outputAsked()) {
            call.printer().one(noun, answer, "");
        }
        return Exit.OK;
    }

    private static CommandSpec stage(Noun noun, String verb, String stage, String what) {
        CommandSpec command =
                Options.command(
                        verb,
                        what,
                        call -> Changing.stage(call, noun, stage),
                        "image %s debian-12".formatted(verb),
                        "image %s debian-12 --dry-run".formatted(verb));
        Options.mutation().forEach(command::addOption);
        return command.addPositional(Verbs.name(noun));
    }
}
