package io.yunqing.cli.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"90s,PT1M30S", "1h30m,PT1H30M", "500ms,PT0.5S", "2d,PT48H", "1m1ms,PT1M0.001S"})
    void reads(String text, String expected) {
        assertEquals(Duration.parse(expected), Durations.parse("--wait", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "5x", "-5s", "0s", "1.5h", "5 s", "9999999999s", "５s"})
    void refusesAndNamesTheFlagAndTheRemedy(String text) {
        Failure refused = assertThrows(Failure.class, () -> Durations.parse("--wait", text));
        assertEquals(Exit.USAGE, refused.exit());
        assertTrue(refused.text().startsWith("--wait: '" + text + "'"), refused.text());
        assertTrue(refused.details().getFirst().contains("90s"));
    }

    @ParameterizedTest
    @CsvSource({"PT-5S,0 s", "PT3S,3 s", "PT119S,119 s", "PT2M,2 m", "PT2H,2 h", "PT48H,2 d"})
    void saysRoughly(String exact, String rough) {
        assertEquals(rough, Durations.rough(Duration.parse(exact)));
    }

    @Test
    void parsesWhatNineDigitsHold() {
        assertEquals(Duration.ofDays(999_999_999), Durations.parse("--wait", "999999999d"));
    }
}
