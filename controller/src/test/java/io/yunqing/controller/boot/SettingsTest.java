package io.yunqing.controller.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.controller.datafolder.StartRefused;
import io.yunqing.controller.postgres.Database;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SettingsTest {
    @Test
    void nothingSetMeansThisMachineOnly() {
        Settings settings = Settings.read(Map.of(), Map.of());
        assertEquals(Path.of("yunqing-data").toAbsolutePath(), settings.data());
        assertEquals("127.0.0.1:8480", settings.httpHost() + ":" + settings.httpPort());
        assertEquals("127.0.0.1:8481", settings.agentHost() + ":" + settings.agentPort());
        assertEquals(Optional.empty(), settings.database());
        assertTrue(settings.serverNames().contains("localhost"));
        assertTrue(settings.serverNames().contains("127.0.0.1"));
    }

    @Test
    void aPropertyWinsOverTheEnvironmentAndAnEmptyValueIsNone() {
        Settings settings =
                Settings.read(
                        Map.of(
                                "YUNQING_HTTP_PORT", "1000",
                                "YUNQING_AGENT_PORT", "2000",
                                "YUNQING_JDBC_URL", " "),
                        Map.of("yunqing.http.port", "3000"));
        assertEquals(3000, settings.httpPort());
        assertEquals(2000, settings.agentPort());
        assertEquals(Optional.empty(), settings.database());
    }

    @Test
    void everyNameAnAgentMayCallIsInTheCertificateInOneSpelling() {
        Settings settings =
                Settings.read(
                        Map.of(
                                "YUNQING_AGENT_HOST", "0.0.0.0",
                                "YUNQING_AGENT_NAMES", "Cloud.City.Example, 10.0.0.1 ::1,"),
                        Map.of());
        assertTrue(settings.serverNames().contains("cloud.city.example"));
        assertTrue(settings.serverNames().contains("10.0.0.1"));
        assertTrue(settings.serverNames().contains("0:0:0:0:0:0:0:1"));
        assertFalse(settings.serverNames().contains("0.0.0.0"));
    }

    @Test
    void aDatabaseOfOnesOwn() {
        Settings settings =
                Settings.read(
                        Map.of(
                                "YUNQING_JDBC_URL", "jdbc:postgresql://db/cloud",
                                "YUNQING_JDBC_USER", "me",
                                "YUNQING_JDBC_PASSWORD", "mine"),
                        Map.of());
        assertEquals(
                Optional.of(new Database("jdbc:postgresql://db/cloud", "me", "mine")),
                settings.database());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "YUNQING_HTTP_PORT   | -1            | give a port from 1 to 65535",
                "YUNQING_HTTP_PORT   | 65536         | give a port from 1 to 65535",
                "YUNQING_AGENT_PORT  | https         | give a port from 1 to 65535",
                "YUNQING_AGENT_PORT  | 8480          | give agents a port of their own",
                "YUNQING_HTTP_HOST   | my host       | give a host name or an address",
                "YUNQING_AGENT_HOST  | 10.0.0.1:8481 | give a host name or an address",
                "YUNQING_AGENT_NAMES | a,b_c         | separated by commas",
                "YUNQING_JDBC_URL    | jdbc:mysql://db/cloud?password=open | write jdbc:postgresql:",
            })
    void whatCannotBeMeantIsRefusedByName(String setting, String value, String remedy) {
        StartRefused refused =
                assertThrows(
                        StartRefused.class, () -> Settings.read(Map.of(setting, value), Map.of()));
        String message = refused.toString();
        assertTrue(message.contains(setting + "="), message);
        assertTrue(message.contains(remedy), message);
        assertFalse(message.contains("open"), message);
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', 25 10",
        "40, 40, 40 40",
        "0, 0, 0 0",
        "10, 11, YUNQING_POOLS_REFUSE",
        "5, '', YUNQING_POOLS_REFUSE",
        "100, '', YUNQING_POOLS_WARN",
        "25, -1, YUNQING_POOLS_REFUSE",
        "25, ten, YUNQING_POOLS_REFUSE",
    })
    void linesOfPoolsAreWholePercentAndTheWarningComesFirst(
            String warn, String refuse, String expected) {
        Map<String, String> environment =
                Map.of("YUNQING_POOLS_WARN", warn, "YUNQING_POOLS_REFUSE", refuse);
        if (expected.startsWith("YUNQING")) {
            StartRefused refused =
                    assertThrows(StartRefused.class, () -> Settings.read(environment, Map.of()));
            assertTrue(String.valueOf(refused.getMessage()).contains(expected));
        } else {
            Settings settings = Settings.read(environment, Map.of());
            assertEquals(expected, settings.poolsWarn() + " " + settings.poolsRefuse());
        }
    }
}
