package io.yunqing.agent.libvirt;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.logging.Logger;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/**
 * One connection from its opening to its end. Native memory is given back only when no call is under way on it: a call
 * on a freed connection would take the whole agent down.
 */
final class Session {

    private static final Logger LOG = Logger.getLogger(Session.class.getName());

    private final Connect connect;
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
    private boolean closed;

    Session(Connect connect) {
        this.connect = connect;
    }

    interface Call<T> {
        T on(Connect connect) throws LibvirtException;
    }

    <T> T call(Call<T> call) throws LibvirtException, ClosedSession {
        use.readLock().lock();
        try {
            if (closed) {
                throw new ClosedSession();
            }
            return call.on(connect);
        } finally {
            use.readLock().unlock();
        }
    }

    /** Ends it when its calls have returned. One that never returns keeps its memory, and is said. */
    void close() throws InterruptedException {
        if (!use.writeLock().tryLock(20, TimeUnit.SECONDS)) {
            LOG.warning("a libvirt call does not return; its dead connection is left behind");
            return;
        }
        try {
            closed = true;
            connect.close();
        } catch (LibvirtException e) {
            LOG.fine(() -> "closing a dead connection: " + e.getMessage());
        } finally {
            use.writeLock().unlock();
        }
    }

    /** The connection ended between being chosen and being used. */
    static final class ClosedSession extends Exception {
        ClosedSession() {
            super("the connection was closed");
        }
    }
}
