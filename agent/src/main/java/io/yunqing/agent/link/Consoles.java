package io.yunqing.agent.link;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.sync.LaneName;
import io.yunqing.agent.sync.Lanes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.logging.Logger;

/** Sends the ends of serial consoles that have grown, one after the other, each at most every two seconds. */
public final class Consoles implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Consoles.class.getName());
    private static final Duration EVERY = Duration.ofSeconds(2);

    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final Controller controller;
    private final Supplier<Set<UUID>> instances;
    private final Patience patience;
    private final Map<UUID, Long> sent = new HashMap<>();
    private final Loop loop;

    public Consoles(
            Hypervisor hypervisor,
            Lanes lanes,
            Controller controller,
            Supplier<Set<UUID>> instances,
            Rhythm rhythm) {
        this.hypervisor = hypervisor;
        this.lanes = lanes;
        this.controller = controller;
        this.instances = instances;
        this.patience = rhythm.patience(LOG, "sending serial consoles");
        this.loop = rhythm.loop("consoles", this::round);
    }

    public void start() {
        loop.start();
    }

    private Duration round() throws InterruptedException {
        var present = instances.get();
        sent.keySet().retainAll(present);
        for (UUID id : present) {
            try {
                sendIfGrown(id);
            } catch (LinkFault fault) {
                return patience.failed(fault).plus(EVERY);
            }
        }
        return EVERY;
    }

    private void sendIfGrown(UUID id) throws InterruptedException, LinkFault {
        long seen = sent.getOrDefault(id, 0L);
        try {
            var tail =
                    lanes.submit(
                                    LaneName.CONSOLE,
                                    "console of " + id,
                                    () -> hypervisor.console(id, seen))
                            .get();
            if (tail.isPresent()) {
                controller.console(id, tail.get().bytes(), tail.get().end());
                patience.succeeded();
                sent.put(id, tail.get().end());
            }
        } catch (ExecutionException e) {
            // A console that cannot be read is no reason to keep the others back; storage trouble
            // shows elsewhere.
            LOG.fine(() -> "no console of " + id + ": " + e.getCause());
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
