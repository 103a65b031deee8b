package io.yunqing.controller.compute;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for the next batch, in one line for each party. A batch takes from the lines in turn, so that a party with one
 * entry is served at once beside a party with thousands; and no party may fill the whole queue.
 *
 * <p>When more waits than a batch holds, parties whose lines are short get every second batch for themselves, so that they do
 * not wait until what others have is written as well; and the batch between is a shorter one, as they may have come again.
 *
 * @param <K> the party
 * @param <T> what waits
 */
final class FairQueue<K, T> {
    /** How many times shorter a batch is behind one of short lines. */
    private static final int SHORTER = 4;

    private final int most;
    private final int mostOfOne;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Map<K, Deque<T>> lines = new LinkedHashMap<>();
    private int size;

    /** Whether the last batch was one of short lines alone. */
    private boolean shortLinesServed;

    private boolean closed;

    /**
     * @param most entries in all
     * @param mostOfOne entries of one party
     */
    FairQueue(int most, int mostOfOne) {
        this.most = most;
        this.mostOfOne = mostOfOne;
    }

    /** Lets the entry wait at the end of its party's line; false if there is no room, or nothing is served any more. */
    boolean offer(K party, T entry) {
        lock.lock();
        try {
            Deque<T> line = lines.get(party);
            if (closed || size >= most || (line != null && line.size() >= mostOfOne)) {
                return false;
            }
            if (line == null) {
                line = new ArrayDeque<>();
                lines.put(party, line);
            }
            line.add(entry);
            size++;
            filled.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something, then takes at most {@code limit} entries; none once the queue is closed and empty. */
    List<T> take(int limit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (size == 0 && !closed) {
                filled.await();
            }
            return poll(limit);
        } finally {
            lock.unlock();
        }
    }

    /** Takes at most {@code limit} of what is there. */
    List<T> poll(int limit) {
        lock.lock();
        try {
            List<T> ofShortLines =
                    size > limit && !shortLinesServed
                            ? wholeLines(limit / lines.size())
                            : List.of();
            int most = shortLinesServed ? Math.max(limit / SHORTER, lines.size()) : limit;
            shortLinesServed = !ofShortLines.isEmpty();
            return shortLinesServed ? ofShortLines : inTurn(Math.min(limit, most));
        } finally {
            lock.unlock();
        }
    }

    /** All of the lines that are no longer than this. */
    private List<T> wholeLines(int longest) {
        List<T> taken = new ArrayList<>();
        lines.values().removeIf(line -> line.size() <= longest && taken.addAll(line));
        size -= taken.size();
        return taken;
    }

    private List<T> inTurn(int limit) {
        List<T> taken = new ArrayList<>(Math.min(limit, size));
        while (taken.size() < limit && size > 0) {
            oneOfEach(taken, limit);
        }
        return taken;
    }

    /** One entry of each line in turn; who was served goes behind the others. */
    private void oneOfEach(List<T> taken, int limit) {
        Map<K, Deque<T>> served = new LinkedHashMap<>();
        Iterator<Map.Entry<K, Deque<T>>> each = lines.entrySet().iterator();
        while (each.hasNext() && taken.size() < limit) {
            Map.Entry<K, Deque<T>> line = each.next();
            taken.add(line.getValue().remove());
            size--;
            each.remove();
            if (!line.getValue().isEmpty()) {
                served.put(line.getKey(), line.getValue());
            }
        }
        lines.putAll(served);
    }

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
