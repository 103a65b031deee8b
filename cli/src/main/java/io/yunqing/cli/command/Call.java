package io.yunqing.cli.command;

import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.ConfigFile;
import io.yunqing.cli.platform.Durations;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.platform.Shell;
import io.yunqing.cli.platform.Words;
import io.yunqing.cli.print.Output;
import io.yunqing.cli.print.Printer;
import io.yunqing.cli.rest.Answer;
import io.yunqing.cli.rest.Rest;
import io.yunqing.cli.rest.Url;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run of a command: what was asked, with which settings, and the ways to the controller and to the reader. */
final class Call {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Args args;
    private final Shell shell;
    private final Words words;
    private @Nullable Map<String, String> config;
    private @Nullable Rest rest;

    Call(Args args, Shell shell, Words words) {
        this.args = args;
        this.shell = shell;
        this.words = words;
    }

    /** A resource that an operand names. */
    record Target(String tenant, String name) {
        /** As it is written as an operand. */
        @Override
        public String toString() {
            return tenant.isEmpty() ? name : tenant + "/" + name;
        }
    }

    Args args() {
        return args;
    }

    Shell shell() {
        return shell;
    }

    Words words() {
        return words;
    }

    /** A message for the person, on standard error. */
    void say(String key, Object... arguments) {
        shell.say(words.say(key, arguments));
    }

    Rest rest() {
        if (rest == null) {
            rest = new Rest(setting("server"), token(), setting("ca"), shell);
        }
        return rest;
    }

    Printer printer() {
        String named = setting("output");
        return new Printer(
                shell, words, named.isEmpty() ? Output.TABLE : Output.parse("--output", named));
    }

    /** Whether a format was asked for here and now, so that even a mutation prints what it made. */
    boolean outputAsked() {
        return args.has("--output");
    }

    /** A token kept by a sign-in is for the controller of that sign-in alone. */
    private String token() {
        String token = given("token").strip();
        if (token.isEmpty() && setting("server").equals(kept("server"))) {
            token = kept("token").strip();
        }
        if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw Failure.usage(
                    "the token holds characters that no token has; take it from one line of its file");
        }
        return token;
    }

    /** A setting: the flag, else the environment, else what {@code login} wrote; empty when none says it. */
    String setting(String name) {
        String given = given(name);
        return given.isEmpty() ? kept(name) : given;
    }

    /** By flag or variable, here and now. */
    private String given(String name) {
        return args.text("--" + name)
                .orElseGet(() -> shell.variable("YQCTL_" + name.toUpperCase(Locale.ROOT)));
    }

    private String kept(String name) {
        if (config == null) {
            config = configFile().read();
        }
        return config.getOrDefault(name, "");
    }

    ConfigFile configFile() {
        return args.text("--config")
                .map(path -> new ConfigFile(java.nio.file.Path.of(path)))
                .orElseGet(() -> ConfigFile.of(shell));
    }

    String reason() {
        return setting("reason");
    }

    /** How long to wait at most; null when it is for ever. */
    @Nullable Duration timeout() {
        String text = setting("timeout");
        return text.isEmpty() ? null : Durations.parse("--timeout", text);
    }

    /** How long {@code --wait} waits; empty when nobody asked to wait. */
    Optional<Duration> waiting() {
        if (!args.has("--wait")) {
            return Optional.empty();
        }
        String own = args.text("--wait").orElse("");
        if (!own.isEmpty()) {
            return Optional.of(Durations.parse("--wait", own));
        }
        Duration timeout = timeout();
        return Optional.of(timeout == null ? PATIENCE : timeout);
    }

    /** The tenant that was named, or none. */
    String tenantOrNone() {
        String tenant = setting("tenant");
        return tenant.isEmpty() ? "" : Noun.checkedName("--tenant", tenant);
    }

    /** What an operand names: {@code NAME} in the tenant in question, or {@code TENANT/NAME}. */
    Target target(Noun noun, String operand) {
        if (!noun.kind().inTenant()) {
            return new Target("", Noun.checkedName("NAME", operand));
        }
        int slash = operand.indexOf('/');
        if (slash >= 0) {
            return new Target(
                    Noun.checkedName("NAME", operand.substring(0, slash)),
                    Noun.checkedName("NAME", operand.substring(slash + 1)));
        }
        String tenant = tenantOrNone();
        if (tenant.isEmpty()) {
            throw Failure.usage(
                    "--tenant is missing: the name of "
                            + noun.aWord()
                            + " counts within its tenant",
                    "give --tenant NAME or YQCTL_TENANT, or write TENANT/" + operand);
        }
        return new Target(tenant, Noun.checkedName("NAME", operand));
    }

    Target target(Noun noun) {
        return target(noun, args.operands().getFirst());
    }

    Url url(Noun noun, Target target, String... below) {
        return noun.one(target.tenant(), target.name(), below);
    }

    Answer read(Noun noun, Target target) {
        return rest().get(url(noun, target));
    }
}
