package io.yunqing.controller.platform;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes whoever waits for something to change. A signal carries nothing: the woken reads the truth from the database, and a
 * lost signal only costs the time until it looks by itself.
 *
 * <p>Use: {@code seen = count(topic)}, read, and if there is nothing, {@code await(topic, seen, patience)}. A signal between
 * the reading and the waiting is not missed, because the count has moved on.
 */
@ApplicationScoped
public class Signals {
    private static final int MOST_TOPICS = 100_000;

    private final ConcurrentHashMap<String, Topic> topics = new ConcurrentHashMap<>();

    private volatile boolean ended;

    /** Whether the process is ending: who waits in a loop should then come to an end too. */
    public boolean ended() {
        return ended;
    }

    void end(@Observes ShutdownDelayInitiatedEvent event) {
        ended = true;
        raiseAll();
    }

    public long count(String topic) {
        return topic(topic).count();
    }

    public void raise(String topic) {
        Topic waiting = topics.get(topic);
        if (waiting != null) {
            waiting.raise();
        }
    }

    /** Wakes everybody, for when signals may have been lost. */
    public void raiseAll() {
        topics.values().forEach(Topic::raise);
    }

    /** Waits until the topic's count is no longer {@code seen}, at most for {@code patience}. */
    public void await(String topic, long seen, Duration patience) throws InterruptedException {
        topic(topic).await(seen, patience.toNanos());
    }

    private Topic topic(String name) {
        if (topics.size() > MOST_TOPICS) {
            // Whoever waits on a dropped topic wakes and asks again, which makes it anew.
            raiseAll();
            topics.clear();
        }
        return topics.computeIfAbsent(name, _ -> new Topic());
    }

    private static final class Topic {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition raised = lock.newCondition();
        private long count;

        long count() {
            lock.lock();
            try {
                return count;
            } finally {
                lock.unlock();
            }
        }

        void raise() {
            lock.lock();
            try {
                count++;
                raised.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void await(long seen, long nanos) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                long left = nanos;
                while (count == seen && left > 0) {
                    left = raised.awaitNanos(left);
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
