package io.yunqing.controller.boot;

import io.yunqing.controller.datafolder.DataFolder;
import io.yunqing.controller.datafolder.StartRefused;
import io.yunqing.controller.pki.CertificateAuthority;
import io.yunqing.controller.pki.ServerCertificate;
import io.yunqing.controller.pki.ServerCertificateRenewal;
import io.yunqing.controller.postgres.ApplicationRole;
import io.yunqing.controller.postgres.Database;
import io.yunqing.controller.postgres.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Everything Quarkus needs, made and running, until it is closed. */
public final class Preparation implements AutoCloseable {
    private final DataFolder data;
    private final @Nullable EmbeddedPostgres postgres;
    private final Map<String, String> properties;

    private Preparation(
            DataFolder data, @Nullable EmbeddedPostgres postgres, Map<String, String> properties) {
        this.data = data;
        this.postgres = postgres;
        this.properties = properties;
    }

    /** Prepares all, cheap checks first, or refuses with one line and leaves nothing running. */
    public static Preparation prepare(Settings settings, Clock clock) {
        requireFree(Settings.HTTP_PORT, settings.httpHost(), settings.httpPort());
        requireFree(Settings.AGENT_PORT, settings.agentHost(), settings.agentPort());
        settings.database().ifPresent(Preparation::requireReachable);
        DataFolder data = DataFolder.open(settings.data());
        EmbeddedPostgres postgres = null;
        try {
            SecureRandom random = new SecureRandom();
            Map<String, String> properties = new LinkedHashMap<>(listeners(settings));
            properties.putAll(certificates(settings, data, random, clock.instant()));
            properties.put("yunqing.data", data.path().toString());
            properties.put("yunqing.pools.warn", Integer.toString(settings.poolsWarn()));
            properties.put("yunqing.pools.refuse", Integer.toString(settings.poolsRefuse()));
            properties.put("yunqing.operator-token", data.file("operator.token").secret(random));
            properties.put("yunqing.second-token", data.file("second.token").secret(random));
            if (settings.database().isEmpty()) {
                postgres = EmbeddedPostgres.start(data, random);
            }
            properties.putAll(
                    datasource(
                            postgres == null
                                    ? settings.database().orElseThrow()
                                    : postgres.database()));
            return new Preparation(data, postgres, Map.copyOf(properties));
        } catch (IOException | RuntimeException e) {
            if (postgres != null) {
                postgres.close();
            }
            data.close();
            throw refused(settings.data(), e);
        }
    }

    private static RuntimeException refused(Path data, Exception e) {
        return e instanceof RuntimeException already
                ? already
                : new StartRefused(
                        DataFolder.SETTING,
                        data,
                        "a file in it cannot be read or written (" + e + ")",
                        "check its owner, its permissions and the free space",
                        e);
    }

    private static Map<String, String> listeners(Settings settings) {
        return Map.of(
                "quarkus.http.host",
                settings.httpHost(),
                "quarkus.http.port",
                Integer.toString(settings.httpPort()),
                "quarkus.http.ssl-port",
                Integer.toString(settings.agentPort()),
                "quarkus.http.insecure-requests",
                "enabled",
                "quarkus.http.tls-configuration-name",
                ServerCertificateRenewal.TLS,
                AgentListener.HOST,
                settings.agentHost());
    }

    private static Map<String, String> certificates(
            Settings settings, DataFolder data, SecureRandom random, Instant now)
            throws IOException {
        Path folder = data.resolve(CertificateAuthority.FOLDER);
        CertificateAuthority authority = CertificateAuthority.open(folder, random, now);
        ServerCertificate server = new ServerCertificate(authority, folder, random);
        server.renewIfDue(settings.serverNames(), now);
        String tls = "quarkus.tls." + ServerCertificateRenewal.TLS;
        return Map.of(
                tls + ".key-store.p12.path",
                server.keyStore().toString(),
                tls + ".key-store.p12.password",
                server.password(),
                tls + ".trust-store.pem.certs",
                authority.certificateFile().toString(),
                tls + ".protocols",
                "TLSv1.3",
                "yunqing.server-names",
                String.join(",", settings.serverNames()));
    }

    private static Map<String, String> datasource(Database database) {
        return Map.of(
                "quarkus.datasource.jdbc.url", database.jdbcUrl(),
                "quarkus.datasource.username", database.user(),
                "quarkus.datasource.password", database.password(),
                "quarkus.datasource.jdbc.new-connection-sql", "SET ROLE " + ApplicationRole.NAME,
                // Migrations are the owner's, on connections of their own.
                "quarkus.flyway.jdbc-url", database.jdbcUrl(),
                "quarkus.flyway.username", database.user(),
                "quarkus.flyway.password", database.password());
    }

    /** Asked now, because the answer would otherwise come from the depths of the web server. */
    private static void requireFree(String setting, String host, int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new StartRefused(
                    setting,
                    port,
                    "cannot listen on " + host + ":" + port + " (" + e.getMessage() + ")",
                    "stop the program that listens there (ss -ltnp), or choose another port or address",
                    e);
        }
    }

    private static void requireReachable(Database database) {
        try (Connection connection = database.connect()) {
            requireRole(connection, database);
        } catch (SQLException e) {
            throw new StartRefused(
                    Settings.JDBC_URL,
                    withoutSecrets(database.jdbcUrl()),
                    "no connection as user \"" + database.user() + "\" (" + e.getMessage() + ")",
                    "check that the server runs and lets this user in ("
                            + Settings.JDBC_USER
                            + ", "
                            + Settings.JDBC_PASSWORD
                            + ")",
                    e);
        }
    }

    private static void requireRole(Connection connection, Database database) {
        try {
            ApplicationRole.ensure(connection, database.user());
        } catch (SQLException e) {
            throw new StartRefused(
                    Settings.JDBC_USER,
                    database.user(),
                    "it cannot work as role " + ApplicationRole.NAME + " (" + e.getMessage() + ")",
                    "as a superuser: CREATE ROLE %1$s; GRANT %1$s TO \"%2$s\""
                            .formatted(ApplicationRole.NAME, database.user()),
                    e);
        }
    }

    static String withoutSecrets(String url) {
        return url.replaceAll("(?i)(password=)[^&]*", "$1…");
    }

    /** What Quarkus must be configured with. It holds secrets. */
    public Map<String, String> properties() {
        return properties;
    }

    public Path data() {
        return data.path();
    }

    @Override
    public void close() {
        Optional.ofNullable(postgres).ifPresent(EmbeddedPostgres::close);
        data.close();
    }
}
