package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.api.ConsoleEnd;
import io.yunqing.controller.Until;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.NullUnmarked;

/** One end of a console session, which reads as much as it is told to and keeps what it heard. */
@NullUnmarked // a socket comes later
final class Talker implements WebSocket.Listener {
    private final boolean eager;
    private final StringBuilder heard = new StringBuilder();
    private final StringBuilder notices = new StringBuilder();
    final AtomicLong bytes = new AtomicLong();
    volatile WebSocket socket;
    volatile int code;
    volatile String reason;

    /**
     * @param eager whether it reads all that comes; else nothing before {@link #read}
     */
    Talker(boolean eager) {
        this.eager = eager;
    }

    void read() {
        socket.request(Long.MAX_VALUE);
    }

    void say(String text) {
        socket.sendBinary(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), true).join();
    }

    synchronized String heard() {
        return heard.toString();
    }

    synchronized String notices() {
        return notices.toString();
    }

    void awaitHeard(String text) {
        await(() -> heard().contains(text), "hears " + text);
    }

    /** Waits until it was closed, for this reason. */
    void awaitEnd(ConsoleEnd why) {
        await(() -> code != 0, "is closed");
        assertTrue(code == why.code(), code + " " + reason);
    }

    void await(BooleanSupplier what, String words) {
        Until.holds(
                what,
                () ->
                        "%s; heard '%s', notices '%s', closed by %d %s"
                                .formatted(words, heard(), notices(), code, reason));
    }

    @Override
    public void onOpen(WebSocket opened) {
        socket = opened;
        if (eager) {
            read();
        }
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        bytes.addAndGet(data.remaining());
        synchronized (this) {
            heard.append(StandardCharsets.UTF_8.decode(data));
            if (heard.length() > 100_000) {
                heard.delete(0, heard.length() - 1_000);
            }
        }
        return null;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        synchronized (this) {
            notices.append(data);
        }
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int status, String words) {
        reason = words;
        code = status;
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        reason = error.toString();
        code = 1006;
    }
}
