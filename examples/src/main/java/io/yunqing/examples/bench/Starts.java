package io.yunqing.examples.bench;

import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.libvirt.Connect;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.event.DomainEventType;

/** Tells when domains of one host began to run: libvirt's own events, over a connection for nothing else. */
final class Starts implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private static final class Start {
        final CountDownLatch seen = new CountDownLatch(1);
        volatile long nanos;
    }

    private final ConcurrentHashMap<UUID, Start> starts = new ConcurrentHashMap<>();
    private final Connect connect;

    Starts(String uri) throws LibvirtException {
        Library.initEventLoop();
        Thread.ofPlatform().daemon().name("libvirt-events").start(Starts::runEvents);
        connect = new Connect(uri);
        connect.addLifecycleListener((domain, event) -> {
            long now = System.nanoTime();
            if (event.getType() == DomainEventType.STARTED) {
                try {
                    Start start = start(UUID.fromString(domain.getUUIDString()));
                    start.nanos = now;
                    start.seen.countDown();
                } catch (LibvirtException e) {
                    throw new IllegalStateException("an event of a domain without uuid", e);
                }
            }
            return 0;
        });
    }

    private static void runEvents() {
        try {
            while (true) {
                Library.runEventLoop();
            }
        } catch (LibvirtException | InterruptedException e) {
            throw new IllegalStateException("libvirt's event loop ended", e);
        }
    }

    private Start start(UUID domain) {
        return starts.computeIfAbsent(domain, id -> new Start());
    }

    /** When the domain began to run, by the clock of {@link System#nanoTime}. */
    long await(UUID domain) throws InterruptedException {
        Start start = start(domain);
        if (!start.seen.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("domain " + domain + " never started");
        }
        starts.remove(domain);
        return start.nanos;
    }

    @Override
    public void close() throws LibvirtException {
        connect.close();
    }
}
