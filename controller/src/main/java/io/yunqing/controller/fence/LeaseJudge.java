package io.yunqing.controller.fence;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.Availability;
import io.yunqing.controller.fence.FenceStore.Sums;
import io.yunqing.controller.fence.FenceStore.Watched;
import io.yunqing.controller.fleet.AgentPolicy;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.MonotonicClock;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Watches hosts and takes it for proven, one by one, that leases are over: when a host that ends by itself what may be started elsewhere
 * was silent for as long as its lease and a margin, and the brake is off. One that does not is switched off where that can be done. Each
 * replica watches for itself.
 */
@ApplicationScoped
class LeaseJudge {
    private static final Logger LOG = Logger.getLogger(LeaseJudge.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final FenceStore store;
    private final Fences fences;
    private final PowerOff power;
    private final Brake brake;
    private final AgentPolicy policy;
    private final Transactions transactions;
    private final MonotonicClock clock;
    private final Duration margin;
    private final SilenceWatch watch = new SilenceWatch();

    private volatile Looked looked = new Looked(0, 0, Optional.empty());

    LeaseJudge(
            FenceStore store,
            Fences fences,
            PowerOff power,
            Brake brake,
            AgentPolicy policy,
            Transactions transactions,
            MonotonicClock clock,
            @ConfigProperty(name = "yunqing.fence.margin") Duration margin) {
        this.store = store;
        this.fences = fences;
        this.power = power;
        this.brake = brake;
        this.policy = policy;
        this.transactions = transactions;
        this.clock = clock;
        this.margin = margin;
    }

    /** What the last look came to, fenced hosts aside. */
    private record Looked(int hosts, int silent, Optional<String> brake) {}

    void start(@Observes StartupEvent event, Every every) {
        every.apart("judging leases", PAUSE, this::look);
    }

    Availability availability() {
        Sums sums = transactions.read(store::sums);
        Looked last = looked;
        return new Availability(
                last.hosts, last.silent, sums.fenced(), sums.waiting(), last.brake.orElse(null));
    }

    private void look() {
        long begun = clock.nanos();
        List<Watched> hosts;
        try {
            hosts = transactions.read(store::hosts);
        } catch (RuntimeException e) {
            watch.forget();
            throw e;
        }
        watch.see(hosts.stream().map(Watched::last).toList(), clock.nanos());
        List<Watched> judged = hosts.stream().filter(host -> !host.fenced()).toList();
        long silent =
                judged.stream()
                        .filter(host -> silence(host, begun).compareTo(policy.onTime()) > 0)
                        .count();
        brake(new Looked(judged.size(), (int) silent, brake.on((int) silent, judged.size())));
        if (looked.brake.isEmpty()) {
            for (Watched host : judged) {
                Duration silence = silence(host, begun);
                if (silence.compareTo(longEnough(host.lease())) >= 0) {
                    judge(host, silence);
                }
            }
        }
    }

    private void brake(Looked now) {
        if (now.brake.isPresent() && looked.brake.isEmpty()) {
            LOG.error("Judging no hosts: " + now.brake.get());
        } else if (now.brake.isEmpty() && looked.brake.isPresent()) {
            LOG.info("Judging hosts again");
        }
        looked = now;
    }

    /**
     * How long a host must be silent. A report's interval more than its lease and the margin: of the last reports before a crash of the
     * database, one may be lost that was answered.
     */
    private Duration longEnough(Duration lease) {
        return lease.plus(margin).plus(policy.reportEvery());
    }

    /** Whether this replica has watched the host be silent for as long as a lease may last, and a margin. */
    boolean hasWatched(UUID host, Duration lease) {
        return watch.silence(host, clock.nanos()).compareTo(longEnough(lease)) >= 0;
    }

    private void judge(Watched host, Duration silence) {
        if (host.able()) {
            transactions.write(() -> {
                fences.leaseIsOver(host, silence);
                return true;
            });
        } else if (host.bmc() != null) {
            power.switchOff(host, silence);
        }
    }

    private Duration silence(Watched host, long at) {
        return watch.silence(host.host(), at);
    }
}
