package io.yunqing.examples.bench;

import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.libvirt.Connect;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.event.DomainEventType;

/** Tells when domains of one host were defined and began to run: libvirt's own events, over a connection for nothing else. */
final class Starts implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    /** When a domain was defined and when it began to run, by the clock of {@link System#nanoTime}. */
    record Began(long defined, long running) {}

    private static final class Start {
        final CountDownLatch seen = new CountDownLatch(1);
        volatile long defined;
        volatile long running;
    }

    private final ConcurrentHashMap<UUID, Start> starts = new ConcurrentHashMap<>();
    private final Connect connect;

    Starts(String uri) throws LibvirtException {
        Library.initEventLoop();
        Thread.ofPlatform().daemon().name("libvirt-events").start(Starts::runEvents);
        connect = new Connect(uri);
        connect.addLifecycleListener((domain, event) -> {
            long now = System.nanoTime();
            try {
                hear(UUID.fromString(domain.getUUIDString()), event.getType(), now);
            } catch (LibvirtException e) {
                throw new IllegalStateException("an event of a domain without uuid", e);
            }
            return 0;
        });
    }

    private void hear(UUID domain, DomainEventType what, long now) {
        if (what == DomainEventType.DEFINED) {
            start(domain).defined = now;
        } else if (what == DomainEventType.STARTED) {
            Start start = start(domain);
            start.running = now;
            start.seen.countDown();
        }
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

    Began await(UUID domain) throws InterruptedException {
        Start start = start(domain);
        if (!start.seen.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("domain " + domain + " never started");
        }
        starts.remove(domain);
        return new Began(start.defined, start.running);
    }

    @Override
    public void close() throws LibvirtException {
        connect.close();
    }
}
