package io.yunqing.agent.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReporterTest {

    @ParameterizedTest
    @CsvSource({"0,3", "1,3", "2,4", "40,80", "149,298", "150,300", "5000,300"})
    void newsAreGatheredLongerForAControllerThatAnswersSlowly(long answered, long gathered) {
        assertEquals(Duration.ofMillis(gathered), Reporter.gathering(Duration.ofMillis(answered)));
    }
}
