package io.yunqing.cli.command;

import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.print.Printer;
import io.yunqing.cli.print.Table;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Url;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@code headroom}, {@code simulate}, {@code rebalance}, {@code ha} and {@code doctor}: what would be, whether lost hosts are seen to, and
 * whether the books are right.
 */
final class Forecasts {
    private Forecasts() {}

    /** How many more of a flavor fit, now and with something lost. */
    static Exit headroom(Call call) {
        String flavor =
                call.args()
                        .text("--flavor")
                        .orElseThrow(() ->
                                Failure.usage(
                                        "headroom: --flavor is missing",
                                        "name a flavor; yqctl flavor list shows them"));
        Url url = Url.of("headroom").with("flavor", flavor);
        for (String filter : List.of("zone", "tenant")) {
            Optional<String> value = call.args().text("--" + filter);
            url = value.isPresent() ? url.with(filter, value.get()) : url;
        }
        Answer answer = call.rest().get(url);
        List<Map<String, Object>> rows = new ArrayList<>();
        Map<String, Object> now = new LinkedHashMap<>();
        now.put("lost", call.words().say("headroom.nothing"));
        now.put("instances", answer.tree().get("instances"));
        rows.add(now);
        for (Map<String, Object> loss : Tree.mapsAt(answer.tree(), "losses")) {
            Map<String, Object> row = new LinkedHashMap<>(loss);
            row.put("lost", Tree.textAt(loss, "scope") + " " + Tree.textAt(loss, "name"));
            rows.add(row);
        }
        print(call, answer, rows, "lost", "instances", "displaced", "homeless");
        return Exit.OK;
    }

    /** Where instances would go, or why nowhere. */
    static Exit simulate(Call call) {
        List<Map<String, Object>> items = new ArrayList<>();
        for (String operand : call.args().operands()) {
            items.add(item(operand, call.args()));
        }
        if (items.isEmpty()) {
            throw Failure.usage(
                    "simulate: nothing to try", "name flavors, such as small=10 large=2");
        }
        Map<String, Object> request = new LinkedHashMap<>();
        call.args().text("--tenant").ifPresent(tenant -> request.put("tenant", tenant));
        request.put("items", items);
        Answer answer = call.rest().post(Url.of("simulations"), Map.of(), request);
        List<Map<String, Object>> rows = new ArrayList<>();
        boolean allPlaced = true;
        for (Map<String, Object> outcome : Tree.mapsAt(answer.tree(), "items")) {
            Map<String, Object> row = new LinkedHashMap<>(outcome);
            row.put("hosts", Tree.mapAt(outcome, "hosts").size());
            row.put("nearest-miss", Tree.textAt(outcome, "refusal.nearestMiss"));
            rows.add(row);
            allPlaced &= Tree.textAt(outcome, "placed").equals(Tree.textAt(outcome, "count"));
        }
        print(call, answer, rows, "flavor", "count", "placed", "hosts", "nearest-miss");
        return allPlaced ? Exit.OK : Exit.REFUSED;
    }

    private static Map<String, Object> item(String operand, Args args) {
        String[] parts = operand.split("=", 2);
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("flavor", parts[0]);
        args.text("--zone").ifPresent(name -> item.put("zone", name));
        args.text("--group").ifPresent(name -> item.put("group", name));
        try {
            item.put("count", parts.length == 1 ? 1 : Integer.parseInt(parts[1]));
        } catch (NumberFormatException e) {
            throw Failure.usage(
                    "simulate: '" + operand + "' is not FLAVOR=COUNT", "write it like small=10");
        }
        return item;
    }

    /** Which instances to move, what that costs and what it brings. */
    static Exit rebalance(Call call) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put(
                "goal",
                call.args()
                        .text("--goal")
                        .orElseThrow(() ->
                                Failure.usage(
                                        "rebalance: --goal is missing",
                                        "say --goal empty or --goal relieve"))
                        .toUpperCase(Locale.ROOT));
        number("rebalance", call, "--most").ifPresent(most -> request.put("most", most));
        number("rebalance", call, "--above")
                .ifPresent(percent -> request.put("abovePercent", percent));
        call.args().text("--zone").ifPresent(zone -> request.put("zone", zone));
        Answer answer = call.rest().post(Url.of("rebalancings"), Map.of(), request);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> move : Tree.mapsAt(answer.tree(), "moves")) {
            Map<String, Object> row = new LinkedHashMap<>(move);
            row.put("instance", Tree.textAt(move, "tenant") + "/" + Tree.textAt(move, "instance"));
            row.put("memory-mib", move.get("memoryMiB"));
            rows.add(row);
        }
        if (!rows.isEmpty() || !call.printer().output().forPeople()) {
            print(call, answer, rows, "instance", "from", "to", "memory-mib", "reason");
        }
        if (call.printer().output().forPeople()) {
            tellGain(call, answer.tree());
        }
        return Exit.OK;
    }

    private static void tellGain(Call call, Map<String, Object> plan) {
        String advice = Tree.textAt(plan, "advice");
        if (!advice.isEmpty()) {
            call.shell().say(advice);
            return;
        }
        Map<String, Object> gain = Tree.mapAt(plan, "gain");
        call.say("rebalance.copy", Tree.textAt(plan, "memoryMiB"));
        if (gain.get("emptied") instanceof List<?> emptied && !emptied.isEmpty()) {
            call.say(
                    "rebalance.emptied",
                    emptied.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        }
        call.say(
                "rebalance.hot",
                Tree.textAt(gain, "before.hot"),
                Tree.textAt(gain, "after.hot"),
                Tree.textAt(gain, "before.hottestPercent"),
                Tree.textAt(gain, "after.hottestPercent"));
        if (gain.containsKey("flavor")) {
            call.say(
                    "rebalance.room",
                    Tree.textAt(gain, "flavor"),
                    Tree.textAt(gain, "before.instances"),
                    Tree.textAt(gain, "after.instances"));
        }
    }

    /** What would become of instances if hosts were lost. */
    static Exit rehearse(Call call) {
        Map<String, Object> request = lost(call.args().operands());
        call.args()
                .text("--environment")
                .ifPresent(name -> request.put("environment", name.toUpperCase(Locale.ROOT)));
        number("ha simulate", call, "--most").ifPresent(most -> request.put("most", most));
        Answer answer = call.rest().post(Url.of("rehearsals"), Map.of(), request);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> fate : Tree.mapsAt(answer.tree(), "instances")) {
            Map<String, Object> row = new LinkedHashMap<>(fate);
            row.put("instance", Tree.textAt(fate, "tenant") + "/" + Tree.textAt(fate, "instance"));
            row.put("local-gib", fate.get("localGiB"));
            row.put("nearest-miss", Tree.textAt(fate, "refusal.nearestMiss"));
            rows.add(row);
        }
        if (!rows.isEmpty() || !call.printer().output().forPeople()) {
            print(
                    call,
                    answer,
                    rows,
                    "instance",
                    "environment",
                    "from",
                    "to",
                    "local-gib",
                    "nearest-miss");
        }
        int homeless = 0;
        for (Map<String, Object> sum : Tree.mapsAt(answer.tree(), "environments")) {
            homeless += Integer.parseInt(Tree.textAt(sum, "homeless"));
        }
        if (call.printer().output().forPeople()) {
            tellLoss(call, answer.tree());
        }
        return homeless == 0 ? Exit.OK : Exit.REFUSED;
    }

    /** Whether hosts that fall silent are judged; exit code 1 when they are not, or instances wait for a host. */
    static Exit availability(Call call) {
        Answer answer = call.rest().get(Url.of("availability"));
        print(call, answer, List.of(answer.tree()), "hosts", "silent", "fenced", "waiting");
        String brake = Tree.textAt(answer.tree(), "brake");
        if (call.printer().output().forPeople()) {
            if (!brake.isEmpty()) {
                call.shell().say(brake);
            } else if (!Tree.textAt(answer.tree(), "fenced").equals("0")) {
                call.say("ha.fences");
            }
        }
        boolean calm = brake.isEmpty() && Tree.textAt(answer.tree(), "waiting").equals("0");
        return calm ? Exit.OK : Exit.UNEXPECTED;
    }

    private static Map<String, Object> lost(List<String> operands) {
        Map<String, Object> request = new LinkedHashMap<>();
        String name = operands.size() == 2 ? operands.getLast() : "";
        String scope = operands.isEmpty() ? "" : operands.getFirst();
        switch (scope) {
            case "host", "zone" -> request.put(scope, name);
            case "rack" -> {
                String[] parts = name.split("/", 2);
                request.put("zone", parts[0]);
                request.put("rack", parts.length == 2 ? parts[1] : "");
            }
            default -> {}
        }
        if (request.isEmpty() || request.containsValue("")) {
            throw Failure.usage(
                    "ha simulate: '%s' does not say what is lost"
                            .formatted(String.join(" ", operands)),
                    "write it like host h1, rack futian/r1 or zone futian");
        }
        return request;
    }

    private static void tellLoss(Call call, Map<String, Object> answer) {
        List<Map<String, Object>> sums = Tree.mapsAt(answer, "environments");
        String lost = Tree.textAt(answer, "scope") + " " + Tree.textAt(answer, "name");
        if (sums.isEmpty()) {
            call.say("ha.nobody", lost, Tree.textAt(answer, "lostHosts"));
        }
        for (Map<String, Object> sum : sums) {
            call.say(
                    "ha.sum",
                    Tree.textAt(sum, "environment"),
                    Tree.textAt(sum, "displaced"),
                    Tree.textAt(sum, "homeless"),
                    Tree.textAt(sum, "localGiB"));
        }
        String leftOut = Tree.textAt(answer, "leftOut");
        if (!leftOut.equals("0")) {
            call.say("ha.more", leftOut);
        }
    }

    private static Optional<Integer> number(String command, Call call, String flag) {
        Optional<String> text = call.args().text(flag);
        try {
            return text.map(Integer::valueOf);
        } catch (NumberFormatException e) {
            throw Failure.usage(
                    "%s: %s '%s' is not a whole number".formatted(command, flag, text.orElse("")),
                    "write it like %s 20".formatted(flag));
        }
    }

    /** Whether every sum of the ledger is what its allocations add up to. */
    static Exit doctor(Call call) {
        Answer answer = call.rest().get(Url.of("doctor"));
        boolean healthy = Tree.textAt(answer.tree(), "healthy").equals("true");
        if (call.printer().output().forPeople()) {
            if (healthy) {
                call.printer().raw(call.words().say("doctor.healthy") + "\n");
            } else if (answer.tree().get("differences") instanceof List<?> lines) {
                lines.forEach(line -> call.printer().raw(line + "\n"));
            }
        } else {
            call.printer().body(answer);
        }
        return healthy ? Exit.OK : Exit.UNEXPECTED;
    }

    private static void print(
            Call call, Answer answer, List<Map<String, Object>> rows, String... columns) {
        Printer printer = call.printer();
        switch (printer.output()) {
            case TABLE, WIDE -> printer.raw(printer.table().of(Following.columns(columns), rows));
            case JSON, YAML -> printer.body(answer);
            case CSV -> printer.raw(Table.csv(Following.columns(columns), rows));
            case NAME -> rows.forEach(row -> printer.raw(Tree.textAt(row, columns[0]) + "\n"));
        }
    }
}
