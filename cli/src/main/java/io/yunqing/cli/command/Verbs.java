package io.yunqing.cli.command;

import io.yunqing.api.Kind;
import io.yunqing.cli.noun.Field;
import io.yunqing.cli.noun.Filter;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.noun.TenantNouns;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The verbs of all nouns: what each takes and what it does. */
final class Verbs {
    private static final List<String> EVERYWHERE =
            List.of("list", "show", "create", "set", "delete", "watch", "history");

    private Verbs() {}

    /** The verbs a kind has. */
    static List<String> names(Kind kind) {
        List<String> names = new ArrayList<>(EVERYWHERE);
        if (!kind.made()) {
            names.remove("create");
        }
        if (kind.isRecord()) {
            names.removeAll(List.of("set", "delete"));
        }
        names.addAll(OwnVerbs.names(kind));
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
                    default -> OwnVerbs.command(noun, verb);
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
        create.addOption(Options.label());
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
        delete.addPositional(names(noun));
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

    static CommandSpec awaiting(Noun noun, CommandSpec command) {
        return noun.awaited() ? command.addOption(Options.await("Wait until it is so")) : command;
    }

    static OptionSpec option(Field field, boolean required) {
        String about = field.description() + (required ? " (required)" : "");
        return field.type().repeatable()
                ? Options.texts(field.label(), about, field.flag())
                : Options.text(field.label(), about, field.flag());
    }

    static PositionalParamSpec name(Noun noun) {
        return Options.operand(
                "NAME", noun.kind().inTenant() ? "Its name, or TENANT/NAME" : "Its name");
    }

    static PositionalParamSpec names(Noun noun) {
        return Options.operands(
                "NAME",
                "1..*",
                noun.kind().inTenant() ? "Their names, or TENANT/NAME" : "Their names");
    }

    private static String sample(Noun noun) {
        return noun.example().split(" ", 2)[0];
    }
}
