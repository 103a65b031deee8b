package io.yunqing.controller.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.controller.Main;
import io.yunqing.controller.datafolder.StartRefused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PreparationTest {
    @TempDir Path temp;

    private Map<String, String> settings(String... more) {
        Map<String, String> settings =
                new HashMap<>(
                        Map.of(
                                "YUNQING_DATA", temp.resolve("data").toString(),
                                "YUNQING_HTTP_PORT", "0",
                                "YUNQING_AGENT_PORT", "0"));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return settings;
    }

    private static Preparation prepare(Map<String, String> settings) {
        return Preparation.prepare(Settings.read(settings, Map.of()), Clock.systemUTC());
    }

    private static String refusal(Map<String, String> settings) {
        return assertThrows(StartRefused.class, () -> prepare(settings).close()).toString();
    }

    @Test
    void whatQuarkusIsToldStaysTheSameFromStartToStart() throws Exception {
        Map<String, String> first;
        try (Preparation preparation = prepare(settings())) {
            first = preparation.properties();
        }
        try (Preparation preparation = prepare(settings())) {
            assertEquals(
                    new TreeSet<>(first.entrySet().stream().map(Object::toString).toList()),
                    new TreeSet<>(
                            preparation.properties().entrySet().stream()
                                    .map(Object::toString)
                                    .toList()));
        }
        Path data = temp.resolve("data").toRealPath();
        assertEquals(data.toString(), first.get("yunqing.data"));
        assertEquals(
                Files.readString(data.resolve("operator.token")).strip(),
                first.get("yunqing.operator-token"));
        assertEquals("yunqing", first.get("quarkus.datasource.username"));
        assertTrue(Files.exists(data.resolve("pki/server.p12")));
    }

    @Test
    void aTakenPortIsRefusedBeforeAnythingIsMade() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            for (String setting : List.of("YUNQING_HTTP_PORT", "YUNQING_AGENT_PORT")) {
                String message = refusal(settings(setting, port));
                assertTrue(message.contains(setting + "=" + port + ": cannot listen"), message);
            }
        }
        assertFalse(Files.exists(temp.resolve("data")));
    }

    @Test
    void anAddressOfAnotherMachineIsRefused() {
        String message = refusal(settings("YUNQING_AGENT_HOST", "192.0.2.1"));
        assertTrue(message.contains("cannot listen on 192.0.2.1:0"), message);
    }

    @Test
    void aDataFolderThatCannotBeOneIsRefused() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "");
        for (String value :
                List.of(file.toString(), file.resolve("below").toString(), "/proc/none")) {
            String message = refusal(settings("YUNQING_DATA", value));
            assertTrue(message.contains("YUNQING_DATA=" + value + ": the folder cannot"), message);
        }
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsRefusedWithoutSayingItsPassword() {
        String message =
                refusal(
                        settings(
                                "YUNQING_JDBC_URL",
                                "jdbc:postgresql://127.0.0.1:1/cloud?password=secret"));
        assertTrue(message.contains("YUNQING_JDBC_URL=jdbc:postgresql://127.0.0.1:1/"), message);
        assertFalse(message.contains("secret"), message);
    }

    @Test
    void aDamagedAuthorityIsRefusedAndTheFolderIsFreeAgain() throws Exception {
        Path key = temp.resolve("data/pki/ca.key");
        Files.createDirectories(key.resolve(".."));
        for (int attempt = 0; attempt < 2; attempt++) {
            String message = refusal(settings());
            assertTrue(message.contains("the certificate authority in"), message);
        }
    }

    @Test
    void mainSaysOneLineAndEndsWithOne() throws Exception {
        Process main = main(settings("YUNQING_HTTP_PORT", "many"));
        String said;
        try (var error = main.errorReader()) {
            said = error.readAllAsString();
        }
        assertTrue(main.waitFor(30, TimeUnit.SECONDS));
        assertEquals(1, main.exitValue());
        assertTrue(said.startsWith("yunqing-controller: YUNQING_HTTP_PORT=many: "), said);
        assertEquals(1, said.lines().count(), said);
    }

    private static Process main(Map<String, String> settings) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName());
        builder.environment().putAll(settings);
        return builder.start();
    }
}
