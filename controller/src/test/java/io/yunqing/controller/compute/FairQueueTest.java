package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FairQueueTest {
    /** Who offered, in order; how many each batch takes; what the batches are. An entry is its party and its place there. */
    private record Turns(String offered, int limit, List<List<String>> batches) {}

    @Test
    void partiesTakeTurns() throws InterruptedException {
        List<Turns> table =
                List.of(
                        new Turns("a", 8, List.of(List.of("a1"))),
                        new Turns("aaa", 16, List.of(List.of("a1", "a2", "a3"))),
                        new Turns("aaab", 16, List.of(List.of("a1", "b1", "a2", "a3"))),
                        new Turns("aab", 8, List.of(List.of("a1", "b1", "a2"))),
                        new Turns(
                                "aaaaabc",
                                16,
                                List.of(
                                        List.of("b1", "c1"),
                                        List.of("a1"),
                                        List.of("a2", "a3", "a4", "a5"))),
                        new Turns(
                                "aabbcc",
                                1,
                                Stream.of("a1", "b1", "c1", "a2", "b2", "c2")
                                        .map(List::of)
                                        .toList()),
                        new Turns(
                                "aabbcc",
                                4,
                                List.of(List.of("a1", "b1", "c1", "a2"), List.of("b2", "c2"))));
        for (Turns row : table) {
            FairQueue<Character, String> queue = new FairQueue<>(100, 100, _ -> 1);
            offer(queue, row.offered);
            for (List<String> batch : row.batches) {
                assertEquals(batch, queue.take(row.limit), row.toString());
            }
            assertEquals(0, queue.size(), row.toString());
            assertEquals(List.of(), queue.poll(row.limit), row.toString());
        }
    }

    /** Weights in order of arrival, what a batch may weigh, and the batches. */
    private record Loads(List<Integer> offered, int limit, List<List<Integer>> batches) {}

    @Test
    void aBatchIsBoundedByWeightAndNobodyIsPassedForEver() throws InterruptedException {
        List<Loads> table =
                List.of(
                        new Loads(List.of(3, 3, 3), 6, List.of(List.of(3, 3), List.of(3))),
                        new Loads(List.of(1, 6, 1), 6, List.of(List.of(1), List.of(6), List.of(1))),
                        new Loads(List.of(9, 1, 1), 6, List.of(List.of(9), List.of(1, 1))),
                        new Loads(List.of(5, 1, 4), 6, List.of(List.of(5, 1), List.of(4))));
        for (Loads row : table) {
            FairQueue<Character, Integer> queue = new FairQueue<>(100, 100, weight -> weight);
            for (int i = 0; i < row.offered.size(); i++) {
                assertTrue(queue.offer((char) ('a' + i), row.offered.get(i)));
            }
            for (List<Integer> batch : row.batches) {
                assertEquals(batch, queue.take(row.limit), row.toString());
            }
            assertEquals(0, queue.size(), row.toString());
        }
        FairQueue<Character, Integer> queue = new FairQueue<>(10, 6, weight -> weight);
        assertTrue(queue.offer('a', 6));
        assertFalse(queue.offer('a', 1), "its line is full");
        assertEquals(List.of(), queue.poll(5), "what is too heavy waits for the next batch");
        assertTrue(queue.offer('b', 5));
        assertFalse(queue.offer('c', 1), "all lines are full");
    }

    @Test
    void whoComesToAFloodIsInTheNextBatch() throws InterruptedException {
        FairQueue<Character, String> queue = new FairQueue<>(20_000, 15_000, _ -> 1);
        offer(queue, "f".repeat(10_000));
        assertEquals(64, queue.take(256).size(), "a long one would be a long wait");
        offer(queue, "s");
        assertEquals(List.of("s1"), queue.take(256), "without those of the flood");
        offer(queue, "s");
        assertTrue(queue.take(2).contains("s1"), "also if it came a moment ago");
    }

    @Test
    void whatFloodsTakesEverySecondBatchAndAStillShorterOneWhileOthersCome()
            throws InterruptedException {
        FairQueue<Character, String> queue = new FairQueue<>(20_000, 15_000, _ -> 1);
        offer(queue, "f".repeat(10_000));
        for (int i = 0; i < 3; i++) {
            offer(queue, "st");
            assertEquals(List.of("s1", "t1"), queue.take(256));
            offer(queue, "s");
            List<String> between = queue.take(256);
            assertEquals(16, between.size());
            assertTrue(between.contains("s1"));
        }
        assertEquals(64, queue.take(256).size(), "nobody else comes");
    }

    @Test
    void roomIsBoundedInAllAndForEach() {
        FairQueue<Character, String> queue = new FairQueue<>(5, 3, _ -> 1);
        assertTrue(queue.offer('a', "a1") && queue.offer('a', "a2") && queue.offer('a', "a3"));
        assertFalse(queue.offer('a', "a4"), "one party may not have it all");
        assertTrue(queue.offer('b', "b1") && queue.offer('c', "c1"));
        assertFalse(queue.offer('d', "d1"), "it is full");
        assertEquals(5, queue.size());
        assertEquals(List.of("a1"), queue.poll(1));
        assertEquals(List.of("b1"), queue.poll(1));
        assertTrue(queue.offer('a', "a4"), "what was taken makes room");
        assertTrue(queue.offer('d', "d1"));
        assertEquals(List.of("c1", "a2", "d1", "a3", "a4"), queue.poll(16));
        assertEquals(0, queue.size());
    }

    @Test
    void aClosedQueueGivesOutWhatItHasAndThenNothing() throws InterruptedException {
        FairQueue<Character, String> queue = new FairQueue<>(5, 5, _ -> 1);
        offer(queue, "ab");
        queue.close();
        assertFalse(queue.offer('c', "c1"));
        assertEquals(List.of("a1"), queue.take(1));
        assertEquals(List.of("b1"), queue.take(1));
        assertEquals(List.of(), queue.take(1));
    }

    @Test
    void whoWaitsIsWokenByAnEntryAndByTheEnd() throws Exception {
        FairQueue<Character, String> queue = new FairQueue<>(5, 5, _ -> 1);
        try (ExecutorService server = Executors.newSingleThreadExecutor()) {
            Future<List<String>> entry = server.submit(() -> queue.take(3));
            offer(queue, "a");
            assertEquals(List.of("a1"), entry.get(1, TimeUnit.MINUTES));
            Future<List<String>> end = server.submit(() -> queue.take(3));
            queue.close();
            assertEquals(List.of(), end.get(1, TimeUnit.MINUTES));
        }
    }

    /** Whatever is offered comes out once, a party's entries in their order; second turns of others are waited for only once. */
    @Test
    void nothingIsLostDoubledOrOvertaken() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        FairQueue<Integer, Integer> queue = new FairQueue<>(60, 20, _ -> 1);
        Map<Integer, List<Integer>> model = new HashMap<>();
        boolean overtaken = false;
        for (int i = 0; i < 20_000; i++) {
            int party = random.nextInt(6);
            List<Integer> line = model.computeIfAbsent(party, _ -> new ArrayList<>());
            if (random.nextInt(5) > 0) {
                int size = model.values().stream().mapToInt(List::size).sum();
                boolean room = size < 60 && line.size() < 20;
                assertEquals(room, queue.offer(party, i * 6 + party), "seed " + seed);
                if (room) {
                    line.add(i * 6 + party);
                }
            } else {
                int limit = random.nextInt(1, 12);
                int waiting = model.values().stream().mapToInt(List::size).sum();
                long parties = model.values().stream().filter(l -> !l.isEmpty()).count();
                List<Integer> taken = queue.poll(limit);
                assertTrue(taken.size() <= limit, "seed " + seed);
                assertEquals(waiting == 0, taken.isEmpty(), "seed " + seed);
                taken.forEach(
                        one -> assertEquals(one, model.get(one % 6).removeFirst(), "seed " + seed));
                long served = taken.stream().map(one -> one % 6).distinct().count();
                boolean again = served < Math.min(parties, taken.size());
                assertFalse(overtaken && again, "seed " + seed);
                overtaken = again;
            }
        }
    }

    private static void offer(FairQueue<Character, String> queue, String parties) {
        Map<Character, Integer> places = new HashMap<>();
        for (int i = 0; i < parties.length(); i++) {
            char party = parties.charAt(i);
            int place = places.merge(party, 1, Integer::sum);
            assertTrue(queue.offer(party, party + "" + place));
        }
    }
}
