package io.yunqing.examples.cloud;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The way from an agent to its controller: a port of the loopback address that passes on what comes, or on command does not. */
public final class Link implements AutoCloseable {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int CHUNK = 16 << 10;

    private enum State {
        OPEN,
        /** Connections are accepted and stand; nothing comes through. */
        SILENT,
        /** Connections are reset. */
        CUT
    }

    /**
     * How slow it is.
     *
     * @param latency by which each piece that is sent comes later, in each direction
     * @param bytesPerSecond of each connection, in each direction
     */
    private record Pace(Duration latency, long bytesPerSecond) {
        static final Pace FREE = new Pace(Duration.ZERO, Long.MAX_VALUE);

        Duration of(int bytes) {
            return latency.plusNanos((long) (bytes * 1e9 / (double) bytesPerSecond));
        }
    }

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private State state = State.OPEN;
    private volatile Pace pace = Pace.FREE;

    /**
     * @param target the port of the loopback address to which it leads
     */
    Link(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 200, LOOPBACK);
        Thread.ofVirtual().name("link").start(this::accept);
    }

    /** Where it begins. */
    public int port() {
        return server.getLocalPort();
    }

    /** All connections are reset, and so is each new one. */
    public void cut() {
        become(State.CUT);
        sockets.forEach(Link::reset);
    }

    /** Nothing comes through any more, and nobody is told; what is sent meanwhile comes when it is mended. */
    public void silence() {
        become(State.SILENT);
    }

    /**
     * Makes it slow until it is mended.
     *
     * @param latency by which each piece that is sent comes later, in each direction
     * @param bytesPerSecond of each connection, in each direction; above 0
     */
    public void slow(Duration latency, long bytesPerSecond) {
        pace = new Pace(latency, bytesPerSecond);
    }

    /** All is well again. */
    public void mend() {
        pace = Pace.FREE;
        become(State.OPEN);
    }

    private void become(State next) {
        lock.lock();
        try {
            state = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                Thread.ofVirtual().start(() -> serve(near));
            } catch (IOException _) {
                // Closed; else the next one may be better.
            }
        }
    }

    private void serve(Socket near) {
        try (near;
                Socket far = new Socket()) {
            sockets.add(near);
            sockets.add(far);
            awaitPassage();
            far.connect(new InetSocketAddress(LOOPBACK, target));
            Thread back = Thread.ofVirtual().start(() -> pass(far, near));
            pass(near, far);
            back.join();
        } catch (IOException _) {
            // Nobody is there, or it is cut: to who called it is a connection that ended.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(near);
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] chunk = new byte[CHUNK];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                Duration time = pace.of(read);
                if (time.isPositive()) {
                    Until.pause(time);
                }
                awaitPassage();
                out.write(chunk, 0, read);
            }
            awaitPassage();
            to.shutdownOutput();
        } catch (IOException _) {
            // One side has gone: so that the other hears of it.
            reset(from);
            reset(to);
        } finally {
            sockets.remove(from);
        }
    }

    private void awaitPassage() throws IOException {
        lock.lock();
        try {
            while (state == State.SILENT) {
                changed.awaitUninterruptibly();
            }
            if (state == State.CUT) {
                throw new IOException("the link is cut");
            }
        } finally {
            lock.unlock();
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException _) {
            // It was closed already.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
