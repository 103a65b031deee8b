package io.yunqing.agent.libvirt;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.yunqing.agent.NoController;
import io.yunqing.agent.domain.DomainXml;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.network.HostNetworks;
import io.yunqing.agent.storage.Layout;
import io.yunqing.agent.storage.StoreKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.libvirt.Connect;

/** What is said of a real libvirt's pools. */
class HostFactsIT {

    private static final String POOL = "default";

    private LibvirtHost host;

    @BeforeEach
    void start() throws Exception {
        String missing = LibvirtHost.missing();
        if (!missing.isEmpty()) {
            System.err.println("HostFactsIT is skipped: " + missing);
        }
        assumeTrue(missing.isEmpty(), missing);
        host = new LibvirtHost();
    }

    @AfterEach
    void stop() throws Exception {
        if (host != null) {
            host.close();
        }
    }

    @Test
    void aPoolOfThatNameElsewhereIsNotTakenForOurs() throws Exception {
        Path elsewhere = host.folder("elsewhere");
        Path ours = host.folder("ours");
        var layout = new Layout(ours);
        var xml = new DomainXml.Host(layout, false, false, null);
        var given = new HostFacts.Given(POOL, "tcg", "test", null, null);
        try (var hypervisor =
                LibvirtHypervisor.open(
                        host.uri(),
                        xml,
                        given,
                        new HostNetworks(null, List.of()),
                        Duration.ofDays(7),
                        NoController.FILES,
                        new StoreKeys(host.folder("none").resolve("store-keys")),
                        null)) {
            awaitConnection(hypervisor);
            var connect = new Connect(host.uri());
            var foreign = connect.storagePoolDefineXML(PoolXml.of(POOL, elsewhere), 0);
            var fault = assertThrows(HypervisorFault.class, hypervisor::inventory);
            assertEquals(HypervisorFault.Kind.STORAGE, fault.kind());
            assertTrue(String.valueOf(fault.getMessage()).contains(ours.toString()));
            assertEquals(0, foreign.isActive(), "it is left alone");

            foreign.undefine();
            foreign.free();
            var pool = hypervisor.inventory().pools().getFirst();
            assertEquals(POOL, pool.name());
            var use = requireNonNull(pool.use());
            assertEquals(pool.capacityGiB(), use.sizeMiB() >> 10, "libvirt says the same");
            connect.close();
        }
    }

    private static void awaitConnection(Hypervisor hypervisor) throws InterruptedException {
        var found = new CountDownLatch(1);
        hypervisor.listen(
                new Hypervisor.Listener() {
                    @Override
                    public void changed(UUID domain) {}

                    @Override
                    public void lost(String reason) {}

                    @Override
                    public void found() {
                        found.countDown();
                    }
                });
        assertTrue(found.await(20, TimeUnit.SECONDS), "libvirt is reached");
    }
}
