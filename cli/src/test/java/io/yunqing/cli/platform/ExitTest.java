package io.yunqing.cli.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.api.ProblemCode;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExitTest {
    @ParameterizedTest
    @CsvSource({
        "400,CALLER,2", "401,CALLER,6", "403,CALLER,6", "404,CALLER,3", "409,CONFLICT,4",
                "409,CAPACITY,5",
        "412,CONFLICT,4", "422,CALLER,2", "428,CALLER,2", "500,DEFECT,1", "503,UPSTREAM,8",
                "502,'',8",
        "404,'',3", "418,'',1"
    })
    void tellsScriptsWhatARefusalMeans(int status, String kind, int code) {
        assertEquals(code, Exit.ofRefusal(status, kind).code());
    }

    @ParameterizedTest
    @EnumSource(ProblemCode.class)
    void onlyDefectsAreUnexpected(ProblemCode code) {
        Exit exit = Exit.ofRefusal(code.status(), code.kind().name());
        assertEquals(code == ProblemCode.INTERNAL, exit == Exit.UNEXPECTED, code.code());
    }

    @Test
    void numbersAreTheContract() {
        assertEquals(
                java.util.List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
                Stream.of(Exit.values()).map(Exit::code).toList());
    }
}
