package io.yunqing.cli.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.yunqing.cli.fake.Terminal;
import io.yunqing.cli.fake.Terminal.Run;
import io.yunqing.cli.platform.Exit;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The token goes to a server that the named CA vouches for, and to no other. */
class TrustScenarioTest {
    private static final String EVENT = "id: c1\ndata: {\"name\":\"a\",\"type\":\"created\"}\n\n";

    private final List<String> tokens = new ArrayList<>();
    private HttpsServer server;
    private Terminal terminal;
    @TempDir Path folder;

    @BeforeEach
    void start() throws Exception {
        KeyStore keys = keys("server", "ip:127.0.0.1");
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "password".toCharArray());
        context.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext(
                "/",
                exchange -> {
                    synchronized (tokens) {
                        tokens.add(exchange.getRequestHeaders().getFirst("Authorization"));
                    }
                    boolean stream =
                            "text/event-stream"
                                    .equals(exchange.getRequestHeaders().getFirst("Accept"));
                    byte[] body =
                            (stream ? EVENT : "{\"name\":\"ops\"}")
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    try (exchange) {
                        exchange.getResponseBody().write(body);
                    }
                });
        server.start();
        terminal =
                new Terminal()
                        .with("YQCTL_SERVER", "https://127.0.0.1:" + server.getAddress().getPort())
                        .with("YQCTL_TOKEN", "secret")
                        .with("YQCTL_CONFIG", folder.resolve("config").toString());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void theNamedCaIsTrusted() throws IOException {
        String ca = folder.resolve("server.pem").toString();
        assertEquals("ops\n", terminal.run("whoami", "--ca", ca, "-o", "name").out());
        Run watched =
                terminal.run(
                        "zone", "watch", "--ca", ca, "--after", "c0", "--limit", "1", "-o", "name");
        assertEquals("a\n", watched.out(), watched.err());
        assertEquals(Exit.OK, terminal.run("login", "--ca", ca).exit());
        assertTrue(Files.readString(folder.resolve("config")).contains("ca = " + ca));
    }

    @Test
    void anotherIsNotAndGetsNoToken() throws Exception {
        keys("other", "ip:127.0.0.1");
        Run run = terminal.run("whoami", "--ca", folder.resolve("other.pem").toString());
        assertEquals(Exit.UNREACHABLE, run.exit());
        assertTrue(run.err().contains("no trusted connection"), run.err());
        assertTrue(run.err().contains("--ca"), run.err());
        assertEquals(Exit.UNREACHABLE, terminal.run("whoami").exit());
        assertEquals(List.of(), tokens);
    }

    @Test
    void aFileWithoutACertificateIsAUsageError() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        assertEquals(Exit.USAGE, terminal.run("whoami", "--ca", empty.toString()).exit());
        assertEquals(Exit.USAGE, terminal.run("whoami", "--ca", "/nowhere/ca.pem").exit());
    }

    /** A key with a certificate of its own, and that certificate as a PEM file of the same name. */
    private KeyStore keys(String name, String subject) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                                "-genkeypair",
                                "-keystore",
                                store.toString(),
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                "password",
                                "-alias",
                                name,
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + name,
                                "-ext",
                                "san=" + subject)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, keytool.waitFor(), said);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "password".toCharArray());
        }
        Files.writeString(
                folder.resolve(name + ".pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getCertificate(name).getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        return keys;
    }
}
