package io.yunqing.agent.libvirt;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.libvirt.Connect;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt.VirErrorCallback;

/**
 * libvirt's event loop, one for the process. It must be there before the first connection: without it no event comes,
 * no keepalive runs, and a call on a hung daemon never returns.
 */
final class EventLoop {

    private static final Logger LOG = Logger.getLogger(EventLoop.class.getName());

    /** Held here, as native code does not keep it from the garbage collector. */
    private static final VirErrorCallback SILENCE = (data, error) -> {};

    private static boolean running;

    private EventLoop() {}

    static synchronized void ensure() {
        if (running) {
            return;
        }
        try {
            Library.initEventLoop();
            // libvirt would write each error to stderr as well; they come as exceptions.
            Connect.setErrorCallback(SILENCE);
        } catch (LibvirtException e) {
            throw new IllegalStateException("libvirt's event loop does not start", e);
        }
        Thread.ofPlatform().daemon().name("libvirt-events").start(EventLoop::run);
        running = true;
    }

    private static void run() {
        while (true) {
            try {
                Library.runEventLoop();
            } catch (LibvirtException | RuntimeException e) {
                LOG.log(Level.WARNING, "libvirt's event loop: " + e.getMessage(), e);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
