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
                if (silence.compareTo(host.lease().plus(margin)) >= 0) {
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
