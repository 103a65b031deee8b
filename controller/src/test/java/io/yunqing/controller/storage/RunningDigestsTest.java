package io.yunqing.controller.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.controller.platform.Plans;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RunningDigestsTest {
    private static final UUID IMAGE = new UUID(0, 1);
    private static final Instant BEGIN = Instant.EPOCH;

    private final RunningDigests digests = new RunningDigests();

    @Test
    void piecesThatFollowEachOtherAreOneDigest() {
        add(0, "abc", 0, 1);
        add(3, "de", 1, 2);
        assertEquals(Optional.of(Plans.sha256("abcde")), digests.end(IMAGE, 5, at(2)));
        assertEquals(Optional.empty(), digests.end(IMAGE, 5, at(2)), "it is told once");
    }

    @Test
    void whatBeganAnewIsAnotherOne() {
        add(0, "abc", 0, 1);
        add(0, "xyz", 1, 2);
        add(3, "de", 2, 3);
        assertEquals(Optional.of(Plans.sha256("xyzde")), digests.end(IMAGE, 5, at(3)));
    }

    /** Of the same length, so that only the time tells them apart. */
    @Test
    void aPieceThatAnotherControllerTookEndsIt() {
        add(0, "abc", 0, 1);
        add(3, "de", 7, 8);
        assertEquals(Optional.empty(), digests.end(IMAGE, 5, at(8)));
        add(0, "abc", 0, 1);
        assertEquals(Optional.empty(), digests.end(IMAGE, 3, at(2)), "it was replaced since");
    }

    @Test
    void ofOneThatDidNotBeginHereThereIsNone() {
        add(3, "de", 1, 2);
        assertEquals(Optional.empty(), digests.end(IMAGE, 5, at(2)));
    }

    private void add(long from, String piece, int before, int now) {
        digests.add(IMAGE, from, piece.getBytes(StandardCharsets.UTF_8), at(before), at(now));
    }

    private static Instant at(int seconds) {
        return BEGIN.plusSeconds(seconds);
    }
}
