package io.yunqing.agent;

import io.yunqing.agent.domain.DomainXml;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.lease.GuardProcess;
import io.yunqing.agent.libvirt.AcceleratorProbe;
import io.yunqing.agent.libvirt.HostFacts;
import io.yunqing.agent.libvirt.LibvirtHypervisor;
import io.yunqing.agent.link.Endpoint;
import io.yunqing.agent.link.Enrolment;
import io.yunqing.agent.link.HttpController;
import io.yunqing.agent.link.Identity;
import io.yunqing.agent.link.LinkFault;
import io.yunqing.agent.link.Renewal;
import io.yunqing.agent.link.Rhythm;
import io.yunqing.agent.network.HostNetworks;
import io.yunqing.agent.platform.LogLine;
import io.yunqing.agent.platform.Threads;
import io.yunqing.agent.storage.DirectIo;
import io.yunqing.agent.storage.Layout;
import io.yunqing.agent.storage.StoreKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The agent as a program: {@code java -jar agent.jar --controller ... --data ...}. */
@Command(
        name = "yunqing-agent",
        description = "Makes the libvirt of this host be what the controller wants.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        versionProvider = Version.class)
public final class Main implements Callable<Integer> {

    private static final Logger LOG = Logger.getLogger(Main.class.getName());
    private static final int CANNOT_START = 1;

    @Mixin private AgentOptions options = new AgentOptions();

    public static void main(String[] args) {
        LogLine.install();
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            return run(options.config());
        } catch (LinkFault | GeneralSecurityException | IOException | IllegalArgumentException e) {
            LOG.severe("the agent does not start: " + e.getMessage());
            return CANNOT_START;
        }
    }

    private static int run(AgentConfig config)
            throws IOException, GeneralSecurityException, LinkFault, InterruptedException {
        var clock = InstantSource.system();
        var rhythm = new Rhythm(Threads.PLATFORM, new Random());
        var endpoint = Endpoint.at(config.controller());
        try (var _ = DataLock.take(config.data())) {
            var identity =
                    Enrolment.ensure(config.data(), endpoint, config.joinToken(), clock, rhythm);
            try (var controller = HttpController.of(endpoint, identity);
                    var renewal = new Renewal(config.data(), identity, controller, clock, rhythm);
                    var guard = new GuardProcess(config.data(), config.poolFolder());
                    var agent =
                            new Agent(
                                    config.data(),
                                    identity.host(),
                                    hypervisor(config, controller),
                                    guard,
                                    controller,
                                    rhythm)) {
                renewal.start();
                agent.start();
                LOG.info(started(config, identity));
                awaitEnd();
            }
            return 0;
        }
    }

    private static Hypervisor hypervisor(AgentConfig config, HttpController controller)
            throws IOException {
        var layout = new Layout(config.poolFolder());
        Files.createDirectories(layout.instances());
        String accelerator =
                config.accelerator().equals("auto")
                        ? AcceleratorProbe.find(config.data(), Agent.bootId())
                        : config.accelerator();
        var network = config.network();
        var host =
                new DomainXml.Host(
                        layout,
                        accelerator.equals("kvm"),
                        DirectIo.works(layout.instances()),
                        network == null ? null : network.bridge());
        var given =
                new HostFacts.Given(
                        config.poolName(), accelerator, Version.ours(), network, config.underlay());
        return LibvirtHypervisor.open(
                config.libvirt(),
                host,
                given,
                new HostNetworks(config.underlay(), config.hostCommand()),
                config.keepImages(),
                controller::open,
                new StoreKeys(config.storeKeys()),
                config.ceph());
    }

    private static String started(AgentConfig config, Identity identity) {
        return "agent of host %s at %s, certificate valid until %s"
                .formatted(identity.host(), config.controller(), identity.expires());
    }

    private static void awaitEnd() throws InterruptedException {
        var end = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(end::countDown, "stop"));
        end.await();
    }
}
