package io.yunqing.controller.fence;

import io.quarkus.runtime.ShutdownEvent;
import io.yunqing.controller.fence.FenceStore.Watched;
import io.yunqing.controller.fence.Redfish.Machine;
import io.yunqing.controller.platform.MonotonicClock;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/**
 * Switches lost hosts off, several beside each other, and takes it for proven once their BMCs say that they are. What fails is tried
 * again.
 */
@ApplicationScoped
class PowerOff {
    private static final Logger LOG = Logger.getLogger(PowerOff.class);
    private static final Duration AGAIN = Duration.ofSeconds(10);

    /** How often a BMC is asked whether what it was told is done. */
    private static final int LOOKS = 10;

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Redfish redfish;
    private final BmcKeys keys;
    private final Fences fences;
    private final Transactions transactions;
    private final MonotonicClock ticks;
    private final InstantSource clock;
    private final ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor();

    private final Map<UUID, Attempt> attempts = new ConcurrentHashMap<>();

    /**
     * The last attempt at a host.
     *
     * @param next when another one may begin, once this has ended
     * @param said why it failed; null if it did not
     */
    private record Attempt(boolean underWay, long next, String said) {}

    PowerOff(
            Redfish redfish,
            BmcKeys keys,
            Fences fences,
            Transactions transactions,
            MonotonicClock ticks,
            InstantSource clock) {
        this.redfish = redfish;
        this.keys = keys;
        this.fences = fences;
        this.transactions = transactions;
        this.ticks = ticks;
        this.clock = clock;
    }

    /** Begins to, if that was not tried a moment ago; returns at once. */
    void switchOff(Watched host, Duration silence) {
        Attempt last = attempts.get(host.host());
        if (last != null && (last.underWay || ticks.nanos() - last.next < 0)) {
            return;
        }
        String said = last == null ? null : last.said;
        attempts.put(host.host(), new Attempt(true, 0, said));
        beside.execute(() -> {
            String why = attempt(host, silence);
            attempts.put(host.host(), new Attempt(false, ticks.nanos() + AGAIN.toNanos(), why));
            if (why != null && !why.equals(said)) {
                tell(host, why);
            }
        });
    }

    /** Returns why it is not off; null when it is. */
    private String attempt(Watched host, Duration silence) {
        try {
            switchOff(host);
            return transactions.write(() -> {
                fences.isOff(host, silence, clock.instant());
                return null;
            });
        } catch (IOException | RuntimeException e) {
            return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private void switchOff(Watched host) throws IOException, InterruptedException {
        URI system = URI.create(host.bmc());
        BmcKeys.Key key = keys.of(host.name());
        Machine machine = redfish.look(system, key);
        if (!machine.off()) {
            LOG.warnf("Host %s is lost: switching it off by %s", host.name(), system);
            redfish.forceOff(machine, key);
        }
        for (int look = 0; look < LOOKS && !machine.off(); look++) {
            Thread.sleep(BETWEEN_LOOKS);
            machine = redfish.look(system, key);
        }
        if (!machine.off()) {
            throw new IOException("it was told to go off, and says that it is on");
        }
    }

    private void tell(Watched host, String why) {
        LOG.errorf("Host %s is lost and cannot be switched off: %s", host.name(), why);
        transactions.write(() -> {
            fences.isNotOff(host, why);
            return true;
        });
    }

    void stop(@Observes ShutdownEvent event) {
        beside.shutdownNow();
    }
}
