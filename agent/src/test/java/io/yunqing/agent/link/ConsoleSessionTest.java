package io.yunqing.agent.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.Threads;
import io.yunqing.agent.sync.Lanes;
import io.yunqing.api.ConsoleEnd;
import io.yunqing.api.agent.ConsoleDesired;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent's end of a console, between a guest's socket and a controller that takes what the test lets it take. */
class ConsoleSessionTest {

    @TempDir Path folder;

    private final Lanes lanes = new Lanes(InstantSource.system(), Threads.PLATFORM);
    private final Rhythm rhythm = new Rhythm(Threads.PLATFORM, new Random());
    private final FakeSocket socket = new FakeSocket();
    private final ConsoleDesired wanted = new ConsoleDesired(UUID.randomUUID(), Instances.ID, null);
    private ServerSocketChannel qemu;
    private ConsoleSessions sessions;
    private @Nullable HypervisorFault fault;
    private final CompletableFuture<WebSocket.Listener> listening = new CompletableFuture<>();

    @BeforeEach
    void aGuest() throws IOException {
        qemu = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        qemu.bind(UnixDomainSocketAddress.of(folder.resolve("tty")));
        sessions =
                new ConsoleSessions(
                        only(Hypervisor.class, "openConsole", _ -> connect()),
                        lanes,
                        only(
                                Controller.class,
                                "open",
                                arguments -> opened((WebSocket.Listener) arguments[1])),
                        InstantSource.system(),
                        rhythm);
    }

    @AfterEach
    void end() throws IOException {
        sessions.close();
        qemu.close();
        lanes.close();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The seam returns it.
    private Object opened(WebSocket.Listener listener) {
        listening.complete(listener);
        listener.onOpen(socket);
        return CompletableFuture.completedFuture(socket);
    }

    private ByteChannel connect() throws IOException, HypervisorFault {
        if (fault != null) {
            throw fault;
        }
        return SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("tty")));
    }

    private interface Answer {
        Object to(Object[] arguments) throws Exception;
    }

    private static <T> T only(Class<T> seam, String method, Answer answer) {
        return seam.cast(
                Proxy.newProxyInstance(
                        seam.getClassLoader(),
                        new Class<?>[] {seam},
                        (proxy, called, arguments) -> {
                            if (called.getName().equals(method)) {
                                return answer.to(arguments);
                            }
                            throw new AssertionError("not expected: " + called);
                        }));
    }

    @Test
    void theGuestNeverWaitsForAControllerThatTakesNothingAndWhatIsLeftOutIsSaid() throws Exception {
        sessions.hear(List.of(wanted));
        try (var guest = qemu.accept()) {
            socket.permits.release();
            until(() -> socket.texts().contains("connected"));
            var chunk = ByteBuffer.allocate(64 * 1024);
            // Blocks, and the test with it, if nobody reads.
            for (int i = 0; i < 64; i++) {
                chunk.clear();
                while (chunk.hasRemaining()) {
                    guest.write(chunk);
                }
            }
            guest.write(ByteBuffer.wrap("the end".getBytes(StandardCharsets.US_ASCII)));
            socket.permits.release(1_000);
            until(() -> socket.binary().endsWith("the end"));
            assertTrue(socket.texts().contains("bytes that the guest wrote"), socket.texts());
            assertTrue(socket.binary().length() < 512 * 1024, "no more than is kept");
        }
        until(() -> socket.code == ConsoleEnd.GUEST_OFF.code());
    }

    @Test
    void theNextIsAskedForWhenTheGuestHasTakenWhatWasTyped() throws Exception {
        socket.permits.release(1_000);
        sessions.hear(List.of(wanted));
        try (var guest = qemu.accept()) {
            until(() -> socket.texts().contains("connected"));
            int frames = 0;
            // As much as the kernel keeps for a guest that does not listen.
            while (socket.awaitRequests(frames + 1)) {
                frames++;
                listening.join().onBinary(socket, ByteBuffer.allocate(64 * 1024), true);
                assertTrue(frames < 1_000, "never held back");
            }
            var taken = ByteBuffer.allocate(frames * 64 * 1024);
            while (taken.hasRemaining() && guest.read(taken) >= 0) {}
            assertTrue(socket.awaitRequests(frames + 1), "asked for more");
        }
    }

    @Test
    void whyAConsoleCannotBeOpenedReachesTheController() {
        fault = new HypervisorFault(HypervisorFault.Kind.REFUSED, "the guest is off");
        socket.permits.release(1_000);
        sessions.hear(List.of(wanted));
        until(() -> socket.code == ConsoleEnd.UNAVAILABLE.code());
        assertEquals("the guest is off", socket.reason);
    }

    @Test
    void aWishHeardAgainIsJoinedOnceAndANewOneTakesItsPlace() throws Exception {
        socket.permits.release(1_000);
        sessions.hear(List.of(wanted));
        sessions.hear(List.of(wanted));
        try (var guest = qemu.accept()) {
            until(() -> socket.texts().contains("connected"));
            sessions.hear(List.of(new ConsoleDesired(UUID.randomUUID(), Instances.ID, null)));
            assertEquals(-1, guest.read(ByteBuffer.allocate(1)), "the first lets go");
            until(() -> socket.code == ConsoleEnd.TAKEN_OVER.code());
            qemu.accept().close();
        }
    }

    private static void until(BooleanSupplier what) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!what.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "never");
            Thread.onSpinWait();
        }
    }

    /** Takes a frame for each permit. */
    private static final class FakeSocket implements WebSocket {
        final Semaphore permits = new Semaphore(0);
        private final StringBuilder texts = new StringBuilder();
        private final StringBuilder binary = new StringBuilder();
        private final Semaphore requests = new Semaphore(0);
        private long seen;
        volatile int code;
        volatile String reason = "";

        synchronized String texts() {
            return texts.toString();
        }

        synchronized String binary() {
            return binary.toString();
        }

        /** Whether so many frames were asked for by now, or are within a second. */
        boolean awaitRequests(int count) throws InterruptedException {
            while (seen < count) {
                if (!requests.tryAcquire(1, TimeUnit.SECONDS)) {
                    return false;
                }
                seen++;
            }
            return true;
        }

        private CompletableFuture<WebSocket> sent(Runnable what) {
            return CompletableFuture.supplyAsync(() -> {
                permits.acquireUninterruptibly();
                synchronized (this) {
                    what.run();
                }
                return this;
            });
        }

        @Override
        public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
            return sent(() -> texts.append(data));
        }

        @Override
        public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
            return sent(() -> binary.append(StandardCharsets.ISO_8859_1.decode(data)));
        }

        @Override
        public CompletableFuture<WebSocket> sendClose(int status, String words) {
            return sent(() -> {
                reason = words;
                code = status;
            });
        }

        @Override
        public void request(long n) {
            requests.release((int) n);
        }

        @Override
        public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getSubprotocol() {
            return "";
        }

        @Override
        public boolean isOutputClosed() {
            return code != 0;
        }

        @Override
        public boolean isInputClosed() {
            return false;
        }

        @Override
        public void abort() {}
    }
}
