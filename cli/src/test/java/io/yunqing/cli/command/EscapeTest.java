package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EscapeTest {

    /** Typed key by key and all at once it is the same. */
    @ParameterizedTest
    @CsvSource({
        "~., '', true",
        "ls/~.x, ls/, true",
        "ls~.x, ls~.x, false",
        "ls/~~., ls/~., false",
        "~a, ~a, false",
        "~/~., ~/, true",
        "a/b, a/b, false",
    })
    void onlyATildeAndAPointAtALinesBeginningLeave(String typed, String forGuest, boolean left) {
        String keys = typed.replace('/', '\r');
        Escape whole = new Escape();
        assertEquals(forGuest.replace('/', '\r'), typed(whole, keys));
        assertEquals(left, whole.left());
        Escape single = new Escape();
        StringBuilder heard = new StringBuilder();
        for (String key : keys.split("")) {
            heard.append(typed(single, key));
        }
        assertEquals(forGuest.replace('/', '\r'), heard.toString());
        assertEquals(left, single.left());
    }

    private static String typed(Escape escape, String keys) {
        byte[] bytes = keys.getBytes(StandardCharsets.US_ASCII);
        return new String(escape.typed(bytes, bytes.length), StandardCharsets.US_ASCII);
    }
}
