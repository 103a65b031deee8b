package io.yunqing.agent.link;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.sync.LaneName;
import io.yunqing.agent.sync.Lanes;
import io.yunqing.api.agent.HostStatistics;
import io.yunqing.api.agent.InstanceUse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.logging.Logger;

/** Measures what instances use and sends it, less often to a controller with a larger fleet. */
public final class Statistics implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Statistics.class.getName());
    private static final Duration AT_MOST_EVERY = Duration.ofSeconds(15);
    private static final Duration UNTIL_THERE_IS_ONE = Duration.ofSeconds(2);
    private static final int REPORTS_BETWEEN = 3;

    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final Controller controller;
    private final Supplier<Set<UUID>> instances;
    private final InstantSource clock;
    private final Rhythm rhythm;
    private final Patience patience;
    private final Loop loop;

    /**
     * @param instances which of the host's are to be measured
     */
    public Statistics(
            Hypervisor hypervisor,
            Lanes lanes,
            Controller controller,
            Supplier<Set<UUID>> instances,
            InstantSource clock,
            Rhythm rhythm) {
        this.hypervisor = hypervisor;
        this.lanes = lanes;
        this.controller = controller;
        this.instances = instances;
        this.clock = clock;
        this.rhythm = rhythm;
        this.patience = rhythm.patience(LOG, "sending statistics");
        this.loop = rhythm.loop("statistics", this::round);
    }

    public void start() {
        loop.start();
    }

    private Duration round() throws InterruptedException {
        Duration scaled = rhythm.reportEvery().multipliedBy(REPORTS_BETWEEN);
        Duration every = scaled.compareTo(AT_MOST_EVERY) > 0 ? scaled : AT_MOST_EVERY;
        var ours = instances.get();
        if (ours.isEmpty()) {
            return UNTIL_THERE_IS_ONE;
        }
        try {
            List<InstanceUse> uses =
                    lanes.submit(LaneName.QUERY, "statistics", hypervisor::uses).get();
            var takenAt = clock.instant();
            var measured = uses.stream().filter(use -> ours.contains(use.id())).toList();
            if (!measured.isEmpty()) {
                controller.statistics(new HostStatistics(takenAt, measured));
                patience.succeeded();
            }
            return every;
        } catch (ExecutionException e) {
            // Who cannot be seen is said in reports; here it only is not measured.
            LOG.fine(() -> "no statistics: " + e.getCause());
            return every;
        } catch (LinkFault fault) {
            return patience.failed(fault).plus(every);
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
