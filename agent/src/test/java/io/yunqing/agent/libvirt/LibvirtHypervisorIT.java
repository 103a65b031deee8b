package io.yunqing.agent.libvirt;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorContract;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.Layout;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;

@DisplayName("A real libvirt keeps the seam's promises")
class LibvirtHypervisorIT extends HypervisorContract {

    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(20);

    private LibvirtHost host;
    private LibvirtHypervisor hypervisor;
    private ImageSource image;

    @BeforeEach
    void start() throws Exception {
        String missing = LibvirtHost.missing();
        if (!missing.isEmpty()) {
            System.err.println("LibvirtHypervisorIT is skipped: " + missing);
        }
        assumeTrue(missing.isEmpty(), missing);
        host = new LibvirtHost();
        hypervisor = host.hypervisor(new Layout(host.folder("pool")));
        image = host.emptyImage();
        long deadline = System.nanoTime() + CONNECTED_WITHIN.toNanos();
        while (!connected()) {
            assertTrue(System.nanoTime() < deadline, "no connection to libvirt");
            Thread.onSpinWait();
        }
    }

    private boolean connected() {
        try {
            hypervisor.inventory();
            return true;
        } catch (HypervisorFault e) {
            return false;
        }
    }

    @AfterEach
    void stop() throws IOException {
        if (hypervisor != null) {
            hypervisor.close();
        }
        if (host != null) {
            host.close();
        }
    }

    @Override
    protected Hypervisor hypervisor() {
        return hypervisor;
    }

    @Override
    protected ImageSource image() {
        return image;
    }
}
