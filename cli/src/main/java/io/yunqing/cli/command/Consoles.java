package io.yunqing.cli.command;

import io.yunqing.api.ConsoleNotice;
import io.yunqing.cli.command.Call.Target;
import io.yunqing.cli.noun.Noun;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.platform.RawTerminal;
import io.yunqing.cli.print.Width;
import io.yunqing.cli.rest.ConsoleSocket;
import io.yunqing.cli.rest.ConsoleSocket.End;
import io.yunqing.cli.rest.Rest;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * {@code instance console}: a terminal or a pipe, joined to a guest's serial console. At a terminal every key is the guest's but
 * {@code ~.}, also while the guest takes nothing; a pipe is sent as fast as the guest takes it, and then what comes is shown
 * until it is quiet.
 */
final class Consoles {
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    /** For how long a guest must have been quiet after all was sent that was piped in. */
    private static final Duration QUIET = Duration.ofSeconds(2);

    private static final int CHUNK = 1024;

    /** What is typed ahead at most, in chunks. */
    private static final int AHEAD = 64;

    private final Call call;
    private final Target target;
    private final boolean terminal;
    private final BlockingQueue<byte[]> typed = new ArrayBlockingQueue<>(AHEAD);
    private final CountDownLatch connected = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private final CountDownLatch inputSent = new CountDownLatch(1);
    private volatile long lastSign = System.nanoTime();

    private Consoles(Call call, Target target) {
        this.call = call;
        this.target = target;
        this.terminal = call.shell().terminals().in();
    }

    static Exit console(Call call, Noun noun) {
        Target target = call.target(noun);
        return new Consoles(call, target).use(noun);
    }

    private Exit use(Noun noun) {
        var url =
                call.url(noun, target, "console")
                        .with("force", call.args().has("--force") ? "true" : "");
        try (ConsoleSocket socket =
                call.rest().console(url, Rest.headers(call.reason(), ""), new Shown())) {
            End end;
            try (RawTerminal _ = terminal ? RawTerminal.enter() : null) {
                begin("console-keys", this::read);
                begin("console-type", () -> type(socket));
                end = await(socket);
            }
            return said(end);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Exit.UNEXPECTED, "interrupted");
        }
    }

    private static void begin(String name, Runnable work) {
        Thread.ofPlatform().daemon().name(name).start(work);
    }

    /** Null when whoever typed left, or all was sent and the guest is quiet, or the time is over. */
    private @Nullable End await(ConsoleSocket socket) throws InterruptedException {
        Duration timeout = call.timeout();
        long begin = System.nanoTime();
        while (left.getCount() > 0) {
            End end = socket.ended(LOOK_EVERY);
            if (end != null) {
                return end;
            }
            long now = System.nanoTime();
            boolean quiet =
                    inputSent.getCount() == 0 && now - lastSign > QUIET.toNanos() && !terminal;
            boolean over = timeout != null && now - begin > timeout.toNanos();
            if (quiet || over || call.shell().out().checkError()) {
                return null;
            }
        }
        return null;
    }

    private Exit said(@Nullable End end) {
        if (end == null) {
            call.say("console.left", target);
            return Exit.OK;
        }
        String words = Width.harmless(end.words());
        if (end.why() == null) {
            throw new Failure(
                    Exit.UNREACHABLE,
                    "the connection was lost: " + words,
                    "open the console again in a moment");
        }
        return switch (end.why()) {
            case LEFT, GUEST_OFF, IDLE -> {
                call.say("console.ended", target, words);
                yield Exit.OK;
            }
            case TAKEN_OVER, UNAVAILABLE -> throw new Failure(Exit.CONFLICT, words);
            case HOST_LOST, CONTROLLER_ENDING -> throw new Failure(Exit.UNREACHABLE, words);
        };
    }

    /** Reads keys always, so that leaving is noticed also while the guest takes nothing. */
    private void read() {
        byte[] keys = new byte[CHUNK];
        Escape escape = new Escape();
        try {
            while (true) {
                int length = call.shell().in().read(keys);
                if (length < 0) {
                    typed.put(new byte[0]);
                    return;
                }
                byte[] forGuest =
                        terminal ? escape.typed(keys, length) : Arrays.copyOf(keys, length);
                if (escape.left()) {
                    left.countDown();
                    return;
                }
                if (terminal && forGuest.length > 0 && !typed.offer(forGuest)) {
                    note(call.words().say("console.full"));
                } else if (!terminal) {
                    typed.put(forGuest);
                }
            }
        } catch (IOException e) {
            left.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An empty chunk is the end of what was piped in. */
    private void type(ConsoleSocket socket) {
        try {
            connected.await();
            while (true) {
                byte[] chunk = typed.take();
                if (chunk.length == 0) {
                    lastSign = System.nanoTime();
                    inputSent.countDown();
                    if (terminal) {
                        left.countDown();
                    }
                    return;
                }
                if (!socket.type(chunk)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A line of our own; the raw terminal does not go back to its beginning by itself. */
    private void note(String message) {
        String end = terminal ? "\r\n" : "\n";
        call.shell().err().print(message + end);
        call.shell().err().flush();
    }

    private final class Shown implements ConsoleSocket.Screen {
        @Override
        public void guest(byte[] written) {
            call.shell().out().write(written, 0, written.length);
            call.shell().out().flush();
            lastSign = System.nanoTime();
        }

        @Override
        public void notice(String type, String message) {
            if (type.equals(ConsoleNotice.CONNECTED)) {
                note(
                        terminal
                                ? call.words().say("console.connected.keys", target)
                                : call.words().say("console.connected", target));
                connected.countDown();
            } else {
                note(Width.harmless(message));
            }
        }
    }
}
