package io.yunqing.agent.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReporterTest {

    @Test
    void newsAreGatheredLongerForAControllerThatAnswersSlowly() {
        assertEquals(3, gathered(0));
        assertEquals(3, gathered(1));
        assertEquals(4, gathered(2));
        assertEquals(80, gathered(40));
        assertEquals(298, gathered(149));
        assertEquals(300, gathered(150));
        assertEquals(300, gathered(5000));
    }

    private static long gathered(long answeredMillis) {
        return Reporter.gathering(Duration.ofMillis(answeredMillis)).toMillis();
    }
}
