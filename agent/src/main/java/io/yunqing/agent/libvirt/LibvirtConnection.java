package io.yunqing.agent.libvirt;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.Backoff;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * Holds a live connection to libvirt for as long as there can be one.
 *
 * <p>A connection that broke never comes back, and everything got through it is dead with it; so one thread opens a new
 * one, registers for events again, and says that everything should be looked at again. That a connection broke is told
 * by its close callback within milliseconds; a daemon that merely hangs is found out by the keepalive within seconds.
 */
final class LibvirtConnection implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(LibvirtConnection.class.getName());
    private static final int KEEPALIVE_SECONDS = 1;
    private static final int KEEPALIVE_COUNT = 3;
    private static final Duration CHECK_EVERY = Duration.ofSeconds(5);

    private final String uri;
    private final Backoff backoff =
            new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5), new Random());
    private final LinkedBlockingQueue<String> breaks = new LinkedBlockingQueue<>();
    private final Thread keeper =
            Thread.ofPlatform().daemon().name("libvirt").unstarted(this::keep);
    private volatile @Nullable Session session;
    private volatile String why = "not connected to libvirt yet";
    private volatile Hypervisor.@Nullable Listener listener;

    LibvirtConnection(String uri) {
        this.uri = uri;
    }

    /** Opens the connection and keeps it; a first attempt that fails is not the last. */
    void start() {
        EventLoop.ensure();
        keeper.start();
    }

    void listen(Hypervisor.Listener next) {
        listener = next;
        if (session != null) {
            next.found();
        }
    }

    /** Makes a call, or says in libvirt's words why it was not made or failed. */
    <T> T call(String what, Session.Call<T> call) throws HypervisorFault {
        var now = session;
        if (now == null) {
            throw new HypervisorFault(HypervisorFault.Kind.UNREACHABLE, why);
        }
        try {
            return now.call(call);
        } catch (LibvirtException e) {
            throw Faults.of(what, e);
        } catch (Session.ClosedSession e) {
            throw new HypervisorFault(HypervisorFault.Kind.UNREACHABLE, why, e);
        }
    }

    private void keep() {
        int failures = 0;
        try {
            while (!Thread.interrupted()) {
                try {
                    var opened = open();
                    failures = 0;
                    attend(opened);
                } catch (LibvirtException e) {
                    failures++;
                    lost("no connection to libvirt at " + uri + ": " + e.getMessage());
                    Thread.sleep(backoff.after(failures));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | java.lang.Error e) {
            // Nothing can be seen or done without this thread; better to be restarted than to live
            // on blind.
            LOG.log(Level.SEVERE, "the thread that keeps the libvirt connection ended", e);
            lost("the agent's libvirt connection ended by a defect: " + e);
        }
    }

    private Session open() throws LibvirtException {
        var connect = new Connect(uri);
        connect.setKeepAlive(KEEPALIVE_SECONDS, KEEPALIVE_COUNT);
        breaks.clear();
        connect.registerCloseListener((c, reason) -> breaks.add(String.valueOf(reason)));
        connect.addLifecycleListener((domain, event) -> {
            changed(domain);
            return 0;
        });
        return new Session(connect);
    }

    /** Stays with a connection until it breaks. */
    private void attend(Session opened) throws InterruptedException {
        session = opened;
        LOG.info("connected to libvirt at " + uri);
        var current = listener;
        if (current != null) {
            current.found();
        }
        String reason = null;
        while (reason == null) {
            reason = breaks.poll(CHECK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            if (reason == null && !isAlive(opened)) {
                reason = "it does not answer";
            }
        }
        session = null;
        lost("the connection to libvirt at " + uri + " broke: " + reason);
        opened.close();
    }

    private static boolean isAlive(Session opened) {
        try {
            return opened.call(Connect::isAlive);
        } catch (LibvirtException | Session.ClosedSession e) {
            return false;
        }
    }

    private void lost(String reason) {
        why = reason;
        var current = listener;
        if (current != null) {
            current.lost(reason);
        }
    }

    /** On the event loop's thread, which all connections share: it only passes the id on. */
    private void changed(Domain domain) {
        try {
            var current = listener;
            if (current != null) {
                current.changed(UUID.fromString(domain.getUUIDString()));
            }
            domain.free();
        } catch (LibvirtException e) {
            LOG.fine(() -> "an event of a domain that cannot be named: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        keeper.interrupt();
    }
}
