package io.yunqing.agent.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BacklogTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final Backlog backlog = new Backlog(8);

    @Test
    void whatWasWrittenComesInOrderAlsoAroundTheRingsEnd() throws InterruptedException {
        add("abcdef");
        assertTaken("abcde", 0, 5);
        add("ghijk");
        assertTaken("fghijk", 0, 100);
    }

    @Test
    void whoWritesTooFastLosesTheOldestAndIsNotMadeToWait() throws InterruptedException {
        add("abcdef");
        add("ghijk");
        assertTaken("defghijk", 3, 100);
        add("l");
        assertTaken("l", 0, 100);
    }

    @Test
    void moreThanFitsAtOnceLeavesItsEnd() throws InterruptedException {
        add("ab");
        add("0123456789");
        assertTaken("23456789", 4, 100);
    }

    @Test
    void itIsOverWhenAllWasTakenAfterTheEnd() throws InterruptedException {
        assertNull(backlog.take(100, Duration.ZERO));
        add("a");
        backlog.end();
        assertFalse(backlog.isOver());
        assertTaken("a", 0, 100);
        assertTrue(backlog.isOver());
        assertNull(backlog.take(100, LONG), "answers at once");
    }

    @Test
    void whoWaitsIsWokenByWhatIsWritten() throws Exception {
        var taken =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return backlog.take(100, LONG);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
        add("x");
        assertEquals("x", text(taken.get(10, TimeUnit.SECONDS)));
    }

    private void add(String text) {
        backlog.add(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private void assertTaken(String text, long dropped, int most) throws InterruptedException {
        var piece = backlog.take(most, LONG);
        assertEquals(text, text(piece));
        assertNotNull(piece);
        assertEquals(dropped, piece.dropped());
    }

    private static String text(Backlog.@Nullable Piece piece) {
        assertNotNull(piece);
        return new String(piece.bytes(), StandardCharsets.US_ASCII);
    }
}
