package io.yunqing.controller.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrakeTest {
    private final Brake brake = new Brake(3, 0.34);

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    0, 0, false
                    1, 1, false
                    2, 2, false
                    2, 4, false
                    3, 4, true
                    3, 3, true
                    3, 8, true
                    3, 9, false
                    34, 100, false
                    35, 100, true
                    100, 10000, false
                    """)
    void manyAtOnceAreNotJudged(int silent, int hosts, boolean braked) {
        assertEquals(braked, brake.on(silent, hosts).isPresent());
    }

    @Test
    void itSaysHowMany() {
        assertEquals(
                "3 of 4 hosts are silent at once", brake.on(3, 4).orElseThrow().substring(0, 31));
    }
}
