package io.yunqing.cli.command;

import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.ConfigFile;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.print.Printer;
import io.yunqing.cli.print.Sheet;
import io.yunqing.cli.print.Table;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Rest;
import io.yunqing.cli.rest.Url;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code login}, {@code logout} and {@code whoami}. */
final class Session {
    private Session() {}

    /** Asks the controller who the caller is, and remembers server and token only if it knows. */
    static Exit login(Call call) {
        String server = call.setting("server");
        String ca = call.setting("ca");
        String absoluteCa = ca.isEmpty() ? "" : Path.of(ca).toAbsolutePath().normalize().toString();
        String token = token(call);
        warnIfClear(call, server);
        Map<String, Object> who =
                new Rest(server, token, absoluteCa, call.shell()).get(Url.of("whoami")).tree();
        ConfigFile file = call.configFile();
        Map<String, String> entries = new LinkedHashMap<>(file.read());
        entries.put("server", server);
        entries.put("token", token);
        remember(entries, "ca", absoluteCa);
        remember(entries, "tenant", call.args().text("--tenant").orElse(""));
        file.write(entries);
        call.say(
                "login.done",
                server,
                Tree.textAt(who, "region"),
                Tree.textAt(who, "name"),
                file.path());
        return Exit.OK;
    }

    static Exit logout(Call call) {
        ConfigFile file = call.configFile();
        Map<String, String> entries = new LinkedHashMap<>(file.read());
        if (entries.remove("token") != null) {
            file.write(entries);
        }
        call.say("logout.done", file.path());
        return Exit.OK;
    }

    static Exit whoami(Call call) {
        Answer answer = call.rest().get(Url.of("whoami"));
        Printer printer = call.printer();
        Map<String, Object> who = answer.tree();
        switch (printer.output()) {
            case TABLE, WIDE ->
                    printer.raw(
                            new Sheet()
                                    .line(call.words().heading("name"), Tree.textAt(who, "name"))
                                    .line(
                                            call.words().heading("region"),
                                            Tree.textAt(who, "region"))
                                    .line(
                                            call.words().heading("version"),
                                            Tree.textAt(who, "version"))
                                    .line(call.words().heading("server"), call.setting("server"))
                                    .text());
            case JSON, YAML -> printer.body(answer);
            case CSV ->
                    printer.raw(
                            Table.csv(
                                    Following.columns("name", "region", "version"), List.of(who)));
            case NAME -> printer.raw(Tree.textAt(who, "name") + "\n");
        }
        return Exit.OK;
    }

    private static void remember(Map<String, String> entries, String key, String value) {
        if (value.isEmpty()) {
            entries.remove(key);
        } else {
            entries.put(key, value);
        }
    }

    /** The token from a flag, a file, the environment, or as a line of standard input. */
    private static String token(Call call) {
        if (call.args().has("--token-file")) {
            String named = call.args().text("--token-file").orElse("");
            try {
                return checked(named.equals("-") ? line(call) : Files.readString(Path.of(named)));
            } catch (IOException e) {
                throw Failure.usage(
                        "--token-file: cannot read " + named + ": " + e.getMessage(),
                        "name a file that holds the token, or - for standard input");
            }
        }
        String given =
                call.args().text("--token").orElseGet(() -> call.shell().variable("YQCTL_TOKEN"));
        if (!given.isEmpty()) {
            return checked(given);
        }
        if (call.shell().terminals().in()) {
            call.shell().err().print(call.words().say("login.token") + " ");
            call.shell().err().flush();
        }
        return checked(line(call));
    }

    private static String line(Call call) {
        try {
            String line =
                    new BufferedReader(
                                    new InputStreamReader(
                                            call.shell().in(), StandardCharsets.UTF_8))
                            .readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            return "";
        }
    }

    private static String checked(String text) {
        String token = text.strip();
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw Failure.usage(
                    token.isEmpty()
                            ? "--token: no token was given"
                            : "--token: what was given is not a token",
                    "give --token-file FILE, --token TOKEN, or the token as a line of standard"
                            + " input");
        }
        return token;
    }

    private static void warnIfClear(Call call, String server) {
        if (!server.startsWith("http://")) {
            return;
        }
        String host;
        try {
            host = String.valueOf(URI.create(server).getHost());
        } catch (IllegalArgumentException e) {
            return; // Refused with its own message when it is used.
        }
        boolean loopback =
                host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
        if (!loopback) {
            call.say("login.clear", host);
        }
    }
}
