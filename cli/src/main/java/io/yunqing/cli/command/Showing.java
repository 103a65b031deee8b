package io.yunqing.cli.command;

import io.yunqing.api.Kind;
import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Column;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Words;
import io.yunqing.cli.print.Sheet;
import io.yunqing.cli.print.Sizes;
import io.yunqing.cli.print.Table;
import io.yunqing.cli.print.Width;
import io.yunqing.cli.rest.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code show}, {@code explain} and {@code stats}: what is known of one resource, for people on one sheet. */
final class Showing {
    private static final int RECENT = 8;

    private Showing() {}

    static Exit show(Call call, Noun noun) {
        Target target = call.target(noun);
        Answer answer = call.read(noun, target);
        String sheet = "";
        if (call.printer().output().forPeople()) {
            List<Map<String, Object>> events = Following.recent(call, noun, target, RECENT);
            sheet = sheet(call, noun, answer.tree(), events);
        }
        call.printer().one(noun, answer, sheet);
        return Exit.OK;
    }

    /** Why an instance is where it is and as it is. */
    static Exit explain(Call call, Noun noun) {
        Answer answer = call.read(noun, call.target(noun));
        Map<String, Object> resource = answer.tree();
        Sheet sheet = new Sheet();
        Table table = call.printer().table();
        sheet.line(call.words().heading("phase"), phase(call, table, resource));
        why(call.words(), sheet, Tree.mapAt(resource, "status.placement"), true);
        trouble(call.words(), sheet, table, resource);
        call.printer().one(noun, answer, sheet.text());
        return Exit.OK;
    }

    /** What an instance uses. */
    static Exit stats(Call call, Noun noun) {
        Answer answer = call.rest().get(call.url(noun, call.target(noun), "statistics"));
        Map<String, Object> use = answer.tree();
        Words words = call.words();
        Sheet sheet = new Sheet();
        sheet.line(
                words.heading("measured"),
                words.say("show.ago", call.printer().table().age(Tree.textAt(use, "measuredAt"))));
        String total = rounded(use, "cpuSeconds");
        sheet.line(
                words.heading("cpus"),
                Tree.textAt(use, "cpus").isEmpty()
                        ? words.say("stats.cpus.total", total)
                        : words.say(
                                "stats.cpus",
                                rounded(use, "cpus"),
                                rounded(use, "overSeconds"),
                                total));
        memory(sheet, words, use, "memoryUsedMiB", "memory-used");
        memory(sheet, words, use, "memoryResidentMiB", "memory-on-host");
        for (Map<String, Object> disk : Tree.mapsAt(use, "disks")) {
            String volume = plain(disk, "volume");
            sheet.line(
                    plain(disk, "target") + (volume.isEmpty() ? "" : " " + volume),
                    traffic(words, "stats.disk", disk, "readBytes", "writtenBytes"));
        }
        for (Map<String, Object> nic : Tree.mapsAt(use, "nics")) {
            sheet.line(
                    words.heading("network"),
                    traffic(words, "stats.network", nic, "receivedBytes", "sentBytes"));
        }
        call.printer().one(noun, answer, sheet.text());
        return Exit.OK;
    }

    private static void memory(
            Sheet sheet, Words words, Map<String, Object> use, String field, String heading) {
        String amount = plain(use, field);
        sheet.line(words.heading(heading), amount.isEmpty() ? "" : amount + " MiB");
    }

    private static String traffic(
            Words words, String key, Map<String, Object> use, String in, String out) {
        return words.say(
                key,
                size(use, in),
                size(use, in + "PerSecond"),
                size(use, out),
                size(use, out + "PerSecond"));
    }

    /** A rate is not known before there were two measurements. */
    private static String size(Map<String, Object> tree, String field) {
        String text = Tree.textAt(tree, field);
        return text.isEmpty() ? "?" : Sizes.of(Double.parseDouble(text));
    }

    private static String rounded(Map<String, Object> tree, String field) {
        return String.format(Locale.ROOT, "%.2f", Double.parseDouble(Tree.textAt(tree, field)));
    }

    private static String sheet(
            Call call, Noun noun, Map<String, Object> resource, List<Map<String, Object>> events) {
        Words words = call.words();
        Table table = call.printer().table();
        Sheet sheet = new Sheet();
        sheet.section(noun.kind().wireName() + " " + noun.reference(resource));
        for (Column column : noun.columns()) {
            if (column.of(resource).isEmpty() || column.id().equals("observed")) {
                continue;
            }
            String shown = table.shown(column, resource);
            switch (column.shape()) {
                case STATE -> shown = phase(call, table, resource);
                case AGE -> shown = words.say("show.ago", shown);
                case TEXT, NUMBER, SIZE -> {}
            }
            sheet.line(words.heading(column.id()), shown);
        }
        if (noun.kind() == Kind.INSTANCE) {
            why(words, sheet, Tree.mapAt(resource, "status.placement"), false);
        }
        trouble(words, sheet, table, resource);
        List<Map<String, Object>> strangers = Tree.mapsAt(resource, "status.unknownDomains");
        if (!strangers.isEmpty()) {
            sheet.section(words.say("show.unknown"));
            strangers.forEach(one -> sheet.line(plain(one, "name"), plain(one, "state")));
        }
        if (!events.isEmpty()) {
            sheet.section(words.say("show.events"))
                    .block(table.of(Following.SHORT_COLUMNS, events));
        }
        return sheet.text();
    }

    /** A phase or state is never shown without the age of the observation behind it. */
    private static String phase(Call call, Table table, Map<String, Object> resource) {
        Words words = call.words();
        String state = Tree.textAt(resource, "status.phase");
        if (state.isEmpty()) {
            state = Tree.textAt(resource, "status.state");
        }
        String painted = call.printer().paint().state(state, Width.harmless(state));
        String observed = Tree.textAt(resource, "status.observedAt");
        return observed.isEmpty()
                ? words.say("show.phase.unseen", painted)
                : words.say("show.phase.observed", painted, table.age(observed));
    }

    private static void why(
            Words words, Sheet sheet, Map<String, Object> placement, boolean detailed) {
        sheet.section(words.say("show.why"));
        if (placement.isEmpty()) {
            sheet.block(words.say("show.why.nothing"));
            return;
        }
        List<String> lines = new ArrayList<>();
        String host = plain(placement, "host");
        String seen = plain(placement, "hostsSeen");
        lines.add(
                host.isEmpty()
                        ? words.say("show.why.refused", seen)
                        : words.say("show.why.chosen", host, seen));
        Tree.mapAt(placement, "turnedAway")
                .forEach((rule, hosts) -> lines.add(words.say("show.why.turned", hosts, rule)));
        for (Map<String, Object> candidate : Tree.mapsAt(placement, "best")) {
            List<String> terms = new ArrayList<>();
            Tree.mapAt(candidate, "terms").forEach((term, value) -> terms.add(term + " " + value));
            lines.add(
                    detailed && !terms.isEmpty()
                            ? words.say(
                                    "show.why.terms",
                                    plain(candidate, "host"),
                                    plain(candidate, "score"),
                                    String.join(", ", terms))
                            : words.say(
                                    "show.why.candidate",
                                    plain(candidate, "host"),
                                    plain(candidate, "score")));
        }
        String nearest = plain(placement, "nearestMiss");
        if (!nearest.isEmpty()) {
            lines.add(words.say("show.why.nearest", nearest));
        }
        lines.forEach(sheet::block);
    }

    private static void trouble(
            Words words, Sheet sheet, Table table, Map<String, Object> resource) {
        Map<String, Object> fault = Tree.mapAt(resource, "status.lastError");
        if (!fault.isEmpty()) {
            sheet.section(words.say("show.error"))
                    .block(
                            words.say(
                                    "show.error.step",
                                    plain(fault, "step"),
                                    plain(fault, "attempts"),
                                    table.age(Tree.textAt(fault, "at"))))
                    .block(plain(fault, "message"));
        }
        List<Map<String, Object>> conditions = Tree.mapsAt(resource, "status.conditions");
        if (!conditions.isEmpty()) {
            sheet.section(words.say("show.conditions"));
            conditions.forEach(one -> sheet.line(plain(one, "type"), plain(one, "message")));
        }
    }

    private static String plain(Map<String, Object> tree, String path) {
        return Width.harmless(Tree.textAt(tree, path));
    }
}
