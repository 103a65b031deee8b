package io.yunqing.controller.compute;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;

/**
 * What waits for the next batch, in one line for each party. A batch takes from the lines in turn, so that a party with one
 * entry is served at once beside a party with thousands; and no party may fill the whole queue. An entry counts by its weight,
 * and one that does not fit into a batch any more begins the next, so that light ones do not pass it for ever.
 *
 * <p>While most of what waits is one party's, batches are a quarter as long, so that whoever else comes does not wait for a long
 * one. Those whose lines are short then get every second batch for themselves, and the batch between is shorter still, as they
 * may have come again.
 *
 * @param <K> the party
 * @param <T> what waits
 */
final class FairQueue<K, T> {
    /** How many times shorter a batch is while one party floods the queue. */
    private static final int FLOODED = 4;

    /** How many times shorter it is behind one of short lines. */
    private static final int BETWEEN = 16;

    private final int most;
    private final int mostOfOne;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final ToIntFunction<T> weight;
    private final SequencedMap<K, Line<T>> lines = new LinkedHashMap<>();
    private int size;

    /** Whether the last batch was one of short lines alone. */
    private boolean shortLinesServed;

    private boolean closed;

    /** What waits of one party, and its weight. */
    private static final class Line<T> {
        private final Deque<T> entries = new ArrayDeque<>();
        private int size;
    }

    /**
     * @param most weight in all, beyond which nothing more comes in
     * @param mostOfOne the same of one party
     * @param weight of an entry, at least 1
     */
    FairQueue(int most, int mostOfOne, ToIntFunction<T> weight) {
        this.most = most;
        this.mostOfOne = mostOfOne;
        this.weight = weight;
    }

    /** Lets the entry wait at the end of its party's line; false if there is no room, or nothing is served any more. */
    boolean offer(K party, T entry) {
        lock.lock();
        try {
            Line<T> line = lines.get(party);
            if (closed || size >= most || (line != null && line.size >= mostOfOne)) {
                return false;
            }
            if (line == null) {
                line = new Line<>();
                lines.put(party, line);
            }
            line.entries.add(entry);
            line.size += weight.applyAsInt(entry);
            size += weight.applyAsInt(entry);
            filled.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until there is something, then takes entries of at most {@code limit} weight together, or one that is heavier;
     * none once the queue is closed and empty.
     */
    List<T> take(int limit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (size == 0 && !closed) {
                filled.await();
            }
            return poll(Math.max(limit, nextWeight()));
        } finally {
            lock.unlock();
        }
    }

    /** Takes of what is there, of at most {@code limit} weight together. */
    List<T> poll(int limit) {
        lock.lock();
        try {
            boolean flooded = flooded(limit);
            int most = flooded ? limit / FLOODED : limit;
            List<T> ofShortLines =
                    flooded && !shortLinesServed ? wholeLines(most / lines.size()) : List.of();
            if (shortLinesServed) {
                most = Math.max(limit / BETWEEN, lines.size());
            }
            shortLinesServed = !ofShortLines.isEmpty();
            return shortLinesServed
                    ? ofShortLines
                    : inTurn(Math.min(limit, Math.max(most, nextWeight())));
        } finally {
            lock.unlock();
        }
    }

    /** Whether one party has more than all others, and enough for one of the shorter batches. */
    private boolean flooded(int limit) {
        return lines.values().stream()
                .anyMatch(line -> line.size > limit / FLOODED && 2 * line.size > size);
    }

    /** All of the lines that are no longer than this. */
    private List<T> wholeLines(int longest) {
        List<T> taken = new ArrayList<>();
        Iterator<Line<T>> each = lines.values().iterator();
        while (each.hasNext()) {
            Line<T> line = each.next();
            if (line.size <= longest) {
                taken.addAll(line.entries);
                size -= line.size;
                each.remove();
            }
        }
        return taken;
    }

    private List<T> inTurn(int limit) {
        List<T> taken = new ArrayList<>();
        int left = limit;
        while (size > 0 && nextWeight() <= left) {
            left = oneOfEach(taken, left);
        }
        return taken;
    }

    /** Of the entry whose turn it is; 0 when there is none. */
    private int nextWeight() {
        return lines.isEmpty()
                ? 0
                : weight.applyAsInt(lines.firstEntry().getValue().entries.element());
    }

    /** One entry of each line in turn, as far as they fit; who was served goes behind the others. Returns what fits still. */
    private int oneOfEach(List<T> taken, int limit) {
        int left = limit;
        Map<K, Line<T>> served = new LinkedHashMap<>();
        Iterator<Map.Entry<K, Line<T>>> each = lines.entrySet().iterator();
        while (each.hasNext() && nextWeight() <= left) {
            Map.Entry<K, Line<T>> next = each.next();
            Line<T> line = next.getValue();
            T entry = line.entries.remove();
            int heavy = weight.applyAsInt(entry);
            taken.add(entry);
            left -= heavy;
            size -= heavy;
            line.size -= heavy;
            each.remove();
            if (!line.entries.isEmpty()) {
                served.put(next.getKey(), line);
            }
        }
        lines.putAll(served);
        return left;
    }

    /** The weight of all that waits. */
    int size() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    /** Takes in nothing more; what waits is still given out. */
    void close() {
        lock.lock();
        try {
            closed = true;
            filled.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
