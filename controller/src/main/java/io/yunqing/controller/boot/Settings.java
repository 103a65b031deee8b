package io.yunqing.controller.boot;

import io.yunqing.controller.datafolder.DataFolder;
import io.yunqing.controller.datafolder.StartRefused;
import io.yunqing.controller.postgres.Database;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a controller is configured. Each setting is an environment variable, or the system property of the same name in
 * lower case with dots (YUNQING_HTTP_PORT, yunqing.http.port), which wins.
 *
 * @param data the folder for all that is the controller's own
 * @param httpHost where people and programs reach it by plain HTTP: this machine, unless told otherwise
 * @param agentHost where agents reach it by mutual TLS: this machine, unless told otherwise
 * @param serverNames what agents may call it: names and addresses for the server's certificate
 * @param database a PostgreSQL server to use instead of an embedded one
 * @param poolsWarn below how many percent free in a host's pool people are warned
 * @param poolsRefuse below how many nothing new comes to it; not more than {@code poolsWarn}
 */
public record Settings(
        Path data,
        String httpHost,
        int httpPort,
        String agentHost,
        int agentPort,
        NavigableSet<String> serverNames,
        Optional<Database> database,
        int poolsWarn,
        int poolsRefuse) {

    static final String HTTP_HOST = "YUNQING_HTTP_HOST";
    static final String HTTP_PORT = "YUNQING_HTTP_PORT";
    static final String AGENT_HOST = "YUNQING_AGENT_HOST";
    static final String AGENT_PORT = "YUNQING_AGENT_PORT";
    static final String AGENT_NAMES = "YUNQING_AGENT_NAMES";
    static final String POOLS_WARN = "YUNQING_POOLS_WARN";
    static final String POOLS_REFUSE = "YUNQING_POOLS_REFUSE";
    static final String JDBC_URL = "YUNQING_JDBC_URL";
    static final String JDBC_USER = "YUNQING_JDBC_USER";
    static final String JDBC_PASSWORD = "YUNQING_JDBC_PASSWORD";

    private static final String LOOPBACK = "127.0.0.1";
    private static final int LARGEST_PORT = 65535;
    private static final Pattern HOST_NAME =
            Pattern.compile(
                    "(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    /** Reads and checks all settings; refuses the first that cannot be meant. */
    public static Settings read(Map<String, String> environment, Map<String, String> properties) {
        Source source = new Source(environment, properties);
        String agentHost = source.host(AGENT_HOST, LOOPBACK);
        Settings settings =
                new Settings(
                        source.path(DataFolder.SETTING, "./yunqing-data"),
                        source.host(HTTP_HOST, LOOPBACK),
                        source.port(HTTP_PORT, 8480),
                        agentHost,
                        source.port(AGENT_PORT, 8481),
                        source.serverNames(agentHost),
                        source.database(),
                        source.percent(POOLS_WARN, 25),
                        source.percent(POOLS_REFUSE, 10));
        if (settings.poolsRefuse > settings.poolsWarn) {
            throw new StartRefused(
                    POOLS_REFUSE,
                    settings.poolsRefuse,
                    "it is more than the %d of %s, and people would be warned too late"
                            .formatted(settings.poolsWarn, POOLS_WARN),
                    "give at most that, or a larger " + POOLS_WARN);
        }
        if (settings.httpPort == settings.agentPort && settings.httpPort != 0) {
            throw new StartRefused(
                    AGENT_PORT,
                    settings.agentPort,
                    "it is the port of " + HTTP_PORT + " too",
                    "give agents a port of their own");
        }
        return settings;
    }

    private record Source(Map<String, String> environment, Map<String, String> properties) {
        private Optional<String> text(String name) {
            String property = name.toLowerCase(Locale.ROOT).replace('_', '.');
            return Optional.ofNullable(properties.get(property))
                    .or(() -> Optional.ofNullable(environment.get(name)))
                    .map(String::strip)
                    .filter(value -> !value.isEmpty());
        }

        private <T> T parsed(
                String name, String fallback, Function<String, @Nullable T> parser, String remedy) {
            String value = text(name).orElse(fallback);
            T parsed = parser.apply(value);
            if (parsed == null) {
                throw new StartRefused(name, value, "this cannot be used", remedy);
            }
            return parsed;
        }

        Path path(String name, String fallback) {
            return parsed(
                    name,
                    fallback,
                    value -> {
                        try {
                            return Path.of(value).toAbsolutePath().normalize();
                        } catch (InvalidPathException e) {
                            return null;
                        }
                    },
                    "name a folder");
        }

        int port(String name, int fallback) {
            return parsed(
                    name,
                    Integer.toString(fallback),
                    value -> {
                        if (!value.matches("\\d{1,5}")) {
                            return null;
                        }
                        int port = Integer.parseInt(value);
                        return port > LARGEST_PORT ? null : port;
                    },
                    "give a port from 1 to " + LARGEST_PORT + ", or 0 for any free one");
        }

        int percent(String name, int fallback) {
            return parsed(
                    name,
                    Integer.toString(fallback),
                    value -> {
                        if (!value.matches("\\d{1,2}")) {
                            return null;
                        }
                        return Integer.parseInt(value);
                    },
                    "give a whole number of percent from 0 to 99");
        }

        String host(String name, String fallback) {
            return parsed(
                    name, fallback, Settings::canonicalName, "give a host name or an address");
        }

        NavigableSet<String> serverNames(String agentHost) {
            NavigableSet<String> names = new TreeSet<>();
            names.add("localhost");
            names.add(LOOPBACK);
            ownName().ifPresent(names::add);
            if (!isWildcard(agentHost)) {
                names.add(agentHost);
            }
            for (String name : text(AGENT_NAMES).orElse("").split("[,\\s]+")) {
                if (!name.isEmpty()) {
                    String canonical = canonicalName(name);
                    if (canonical == null) {
                        throw new StartRefused(
                                AGENT_NAMES,
                                text(AGENT_NAMES).orElse(""),
                                "\"" + name + "\" is neither a host name nor an address",
                                "list names and addresses, separated by commas");
                    }
                    names.add(canonical);
                }
            }
            return Collections.unmodifiableNavigableSet(names);
        }

        Optional<Database> database() {
            Optional<String> url = text(JDBC_URL);
            if (url.isPresent() && !url.get().startsWith("jdbc:postgresql:")) {
                throw new StartRefused(
                        JDBC_URL,
                        Preparation.withoutSecrets(url.get()),
                        "this is no address of a PostgreSQL server",
                        "write jdbc:postgresql://HOST:PORT/DATABASE");
            }
            return url.map(value ->
                    new Database(
                            value, text(JDBC_USER).orElse(""), text(JDBC_PASSWORD).orElse("")));
        }
    }

    private static Optional<String> ownName() {
        try {
            return Optional.ofNullable(canonicalName(InetAddress.getLocalHost().getHostName()));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static boolean isWildcard(String host) {
        try {
            return InetAddress.ofLiteral(host).isAnyLocalAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The one way of writing a name or address, or null if it is neither. */
    private static @Nullable String canonicalName(String name) {
        try {
            return InetAddress.ofLiteral(name).getHostAddress();
        } catch (IllegalArgumentException e) {
            String lower = name.toLowerCase(Locale.ROOT);
            return HOST_NAME.matcher(lower).matches() ? lower : null;
        }
    }
}
