package io.yunqing.examples.fleet;

import io.yunqing.agent.Agent;
import io.yunqing.agent.link.Endpoint;
import io.yunqing.agent.link.Enrolment;
import io.yunqing.agent.link.HttpController;
import io.yunqing.agent.link.Identity;
import io.yunqing.agent.link.JoinToken;
import io.yunqing.agent.link.LinkFault;
import io.yunqing.agent.link.Renewal;
import io.yunqing.agent.link.Rhythm;
import io.yunqing.agent.platform.Threads;
import io.yunqing.agent.simulated.Pace;
import io.yunqing.agent.simulated.SimulatedHypervisor;
import io.yunqing.api.HostInventory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.Random;

/** A host in memory and its agent, put together as the agent's program does it. */
final class SimulatedAgent implements AutoCloseable {
    private final HttpController controller;
    private final Renewal renewal;
    private final Agent agent;

    private SimulatedAgent(HttpController controller, Renewal renewal, Agent agent) {
        this.controller = controller;
        this.renewal = renewal;
        this.agent = agent;
    }

    /**
     * Enrols and begins to work.
     *
     * @param number of the host in its fleet; also the seed of whatever is random about it
     */
    static SimulatedAgent start(
            int number, Path data, URI server, String token, HostInventory inventory, Tally tally)
            throws IOException, GeneralSecurityException, LinkFault, InterruptedException {
        var random = new Random(number);
        var rhythm = new Rhythm(Threads.VIRTUAL, random);
        var endpoint = new Endpoint(server, SocketHttpClient::new);
        var clock = InstantSource.system();
        Identity identity = Enrolment.ensure(data, endpoint, JoinToken.parse(token), clock, rhythm);
        var controller = HttpController.of(endpoint, identity);
        var renewal = new Renewal(data, identity, controller, clock, rhythm);
        var hypervisor = new SimulatedHypervisor(inventory, Pace.LIKE_QEMU, random, step -> {});
        var agent =
                new Agent(
                        data,
                        identity.host(),
                        hypervisor,
                        (until, instances, forbidden) -> null,
                        new Watched(number, controller, tally),
                        rhythm);
        renewal.start();
        agent.start();
        return new SimulatedAgent(controller, renewal, agent);
    }

    @Override
    public void close() {
        agent.close();
        renewal.close();
        controller.close();
    }
}
