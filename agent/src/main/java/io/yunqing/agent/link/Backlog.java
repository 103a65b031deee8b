package io.yunqing.agent.link;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a guest has written and nobody has taken yet. It never lets the guest wait: when it is full, the oldest goes and is
 * counted.
 */
final class Backlog {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final byte[] ring;
    private int begin;
    private int size;
    private long dropped;
    private boolean ended;

    /**
     * @param capacity the most bytes that it keeps
     */
    Backlog(int capacity) {
        this.ring = new byte[capacity];
    }

    /**
     * The next that the guest wrote.
     *
     * @param dropped how many bytes before it were left out
     */
    @SuppressWarnings(
            "ArrayRecordComponent") // Handed from the guest to the request, never compared.
    record Piece(long dropped, byte[] bytes) {}

    void add(ByteBuffer written) {
        lock.lock();
        try {
            int surplus = written.remaining() - ring.length;
            if (surplus > 0) {
                written.position(written.position() + surplus);
                dropped += surplus;
            }
            int tooMuch = Math.max(0, size + written.remaining() - ring.length);
            begin = (begin + tooMuch) % ring.length;
            size -= tooMuch;
            dropped += tooMuch;
            while (written.hasRemaining()) {
                int end = (begin + size) % ring.length;
                int length = Math.min(written.remaining(), ring.length - end);
                written.get(ring, end, length);
                size += length;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will come. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether all was taken and nothing more will come. */
    boolean isOver() {
        lock.lock();
        try {
            return ended && size == 0;
        } finally {
            lock.unlock();
        }
    }

    /** At most so many bytes, once there are any; null when there are none for so long, or when it is over. */
    @Nullable Piece take(int most, Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (size == 0 && !ended && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (size == 0) {
                return null;
            }
            var bytes = new byte[Math.min(size, most)];
            int straight = Math.min(bytes.length, ring.length - begin);
            System.arraycopy(ring, begin, bytes, 0, straight);
            System.arraycopy(ring, 0, bytes, straight, bytes.length - straight);
            begin = (begin + bytes.length) % ring.length;
            size -= bytes.length;
            var piece = new Piece(dropped, bytes);
            dropped = 0;
            return piece;
        } finally {
            lock.unlock();
        }
    }
}
