package io.yunqing.cli.command;

import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Column;
import io.yunqing.cli.noun.Column.Shape;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Durations;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.print.Output;
import io.yunqing.cli.print.Printer;
import io.yunqing.cli.print.Printer.Listed;
import io.yunqing.cli.print.Table;
import io.yunqing.cli.print.Width;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Url;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** {@code history}, {@code watch} and {@code instance log}: what happened, and what happens. */
final class Following {
    private static final Duration LOG_PAUSE = Duration.ofSeconds(1);
    private static final List<Column> COLUMNS =
            List.of(
                    column("time", Shape.TEXT, "at"),
                    column("type", Shape.TEXT, "type"),
                    column("actor", Shape.TEXT, "actor"),
                    column("message", Shape.TEXT, "message"),
                    column("reason", Shape.TEXT, "reason"));

    /** The columns of events on a sheet, where what happened matters more than when exactly. */
    static final List<Column> SHORT_COLUMNS =
            List.of(
                    column("age", Shape.AGE, "at"),
                    column("type", Shape.TEXT, "type"),
                    column("actor", Shape.TEXT, "actor"),
                    column("message", Shape.TEXT, "message"));

    private Following() {}

    static Exit history(Call call, Noun noun) {
        Target target = call.target(noun);
        Listed events =
                Listing.pages(
                        call,
                        () -> events(noun, target.tenant(), target.name()),
                        "after",
                        call.args().text("--after").orElse(""),
                        Integer.MAX_VALUE);
        Printer printer = call.printer();
        switch (printer.output()) {
            case TABLE, WIDE -> {
                if (events.items().isEmpty()) {
                    call.say("history.empty", noun.word());
                } else {
                    printer.raw(printer.table().of(COLUMNS, events.items()));
                }
            }
            case CSV -> printer.raw(Table.csv(COLUMNS, events.items()));
            case JSON -> printer.raw(events.json() + "\n");
            case YAML -> printer.tree(events.tree());
            case NAME ->
                    events.items().forEach(one -> printer.raw(Tree.textAt(one, "cursor") + "\n"));
        }
        return Exit.OK;
    }

    /** The last few events of one resource, oldest first. */
    static List<Map<String, Object>> recent(Call call, Noun noun, Target target, int count) {
        Url url =
                events(noun, target.tenant(), target.name())
                        .with("order", "desc")
                        .with("limit", Integer.toString(count));
        return Tree.mapsAt(call.rest().get(url).tree(), "items").reversed();
    }

    /** Events as they happen, of one resource or of all of a kind. */
    static Exit watch(Call call, Noun noun) {
        Output output = call.printer().output();
        if (output == Output.CSV || output == Output.YAML) {
            throw Failure.usage(
                    "--output: a watch cannot be written as " + output.word(),
                    "choose table, json (one event a line) or name");
        }
        List<String> operands = call.args().operands();
        Url url;
        if (operands.isEmpty()) {
            String tenant = noun.kind().inTenant() ? call.tenantOrNone() : "";
            url = events(noun, tenant, "");
        } else {
            Target target = call.target(noun);
            url = events(noun, target.tenant(), target.name());
        }
        url.with("after", call.args().text("--after").orElseGet(() -> latest(call)));
        Duration timeout = call.timeout();
        int limit = Listing.limit(call);
        AtomicInteger seen = new AtomicInteger();
        boolean enough =
                call.rest()
                        .events(url)
                        .follow(
                                timeout,
                                event ->
                                        show(call, output, event)
                                                && seen.incrementAndGet() < limit);
        if (!enough && timeout != null) {
            call.say("watch.ended", Durations.rough(timeout));
        }
        return Exit.OK;
    }

    /** The cursor of the newest event of all, so that a reconnect misses none even before the first is seen. */
    private static String latest(Call call) {
        Url url = Url.of("events").with("order", "desc").with("limit", "1");
        List<Map<String, Object>> newest = Tree.mapsAt(call.rest().get(url).tree(), "items");
        return newest.isEmpty() ? "" : Tree.textAt(newest.getFirst(), "cursor");
    }

    private static boolean show(Call call, Output output, Map<String, Object> event) {
        String tenant = Tree.textAt(event, "tenant");
        String name = new Target(tenant, Tree.textAt(event, "name")).toString();
        String line =
                switch (output) {
                    case JSON -> Tree.text(event);
                    case NAME -> name;
                    default ->
                            Width.harmless(
                                    String.join(
                                            "  ",
                                            Tree.textAt(event, "at"),
                                            name,
                                            Tree.textAt(event, "type"),
                                            Tree.textAt(event, "actor"),
                                            Tree.textAt(event, "message")));
                };
        call.printer().raw(line + "\n");
        // A reader that went away, as in a pipe to head, wants no more.
        return !call.shell().out().checkError();
    }

    /** The guest's serial console from its beginning, or as it grows. */
    static Exit log(Call call, Noun noun) {
        Target target = call.target(noun);
        boolean follow = call.args().has("--follow");
        Instant end = endOf(call);
        String offset = "0";
        while (true) {
            Answer answer =
                    call.rest().get(call.url(noun, target, "console").with("offset", offset));
            if (answer.body().length > 0) {
                write(call, answer.body());
            }
            String reached = answer.header("Yunqing-Console-End");
            boolean atEnd = reached.isEmpty() || reached.equals(nextOffset(answer, offset));
            if (!follow && (atEnd || answer.body().length == 0)) {
                if (answer.body().length == 0 && offset.equals("0")) {
                    call.say("log.empty");
                }
                observed(call, answer);
                return Exit.OK;
            }
            offset = nextOffset(answer, offset);
            if (end != null && !call.shell().clock().instant().isBefore(end)) {
                return Exit.OK;
            }
            if (atEnd || answer.body().length == 0) {
                call.shell().rest(LOG_PAUSE);
            }
            if (call.shell().out().checkError()) {
                return Exit.OK;
            }
        }
    }

    private static @Nullable Instant endOf(Call call) {
        Duration limit = call.timeout();
        return limit == null ? null : call.shell().clock().instant().plus(limit);
    }

    /** The offset behind what was answered. The console may have been cut at its front: the answer says where it begins. */
    private static String nextOffset(Answer answer, String asked) {
        String begin = answer.header("Yunqing-Console-Offset");
        try {
            long from = Long.parseLong(begin.isEmpty() ? asked : begin);
            return Long.toString(from + answer.body().length);
        } catch (NumberFormatException e) {
            throw new Failure(
                    Exit.UNEXPECTED, "the header Yunqing-Console-Offset is '" + begin + "'");
        }
    }

    private static void observed(Call call, Answer answer) {
        String at = answer.header("Yunqing-Observed-At");
        if (!at.isEmpty() && call.shell().terminals().err()) {
            call.say("log.observed", call.printer().table().age(at));
        }
    }

    /** As it is to a file or a program; to a terminal without what a guest could steer it by. */
    private static void write(Call call, byte[] console) {
        if (!call.shell().terminals().out()) {
            call.shell().out().write(console, 0, console.length);
            call.shell().out().flush();
            return;
        }
        StringBuilder text = new StringBuilder(console.length);
        for (char c : new String(console, StandardCharsets.UTF_8).toCharArray()) {
            if (c == '\n' || c == '\t' || !Character.isISOControl(c)) {
                text.append(c);
            } else if (c != '\r') {
                text.append('^').append((char) (c ^ 0x40));
            }
        }
        call.printer().raw(text.toString());
    }

    private static Url events(Noun noun, String tenant, String name) {
        return Url.of("events")
                .with("kind", noun.kind().wireName())
                .with("tenant", tenant)
                .with("name", name);
    }

    /** Plain columns named like the fields they show. */
    static List<Column> columns(String... fields) {
        return Arrays.stream(fields).map(field -> column(field, Shape.TEXT, field)).toList();
    }

    private static Column column(String id, Shape shape, String path) {
        return new Column(id, shape, false, event -> Tree.at(event, path));
    }
}
