package io.yunqing.controller.feed;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Signals;
import io.yunqing.controller.platform.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Tells this replica's watchers when there is something new to read. An event that is committed while an older transaction
 * runs is held back until that has ended, of which no signal tells: as long as something is held back, and somebody waits,
 * this looks again every few milliseconds, once for all watchers.
 */
@ApplicationScoped
class Horizon {
    private static final Logger LOG = Logger.getLogger(Horizon.class);

    /** The topic that is raised when an event has become readable. */
    static final String READABLE = "feed/readable";

    private static final String WATCHED = "feed/watched";

    /** A signal may be lost, and the lag is measured also when nobody watches. */
    private static final Duration GLANCE = Duration.ofSeconds(1);

    private static final Duration SHORTEST = Duration.ofMillis(2);
    private static final Duration LONGEST = Duration.ofMillis(50);

    /** What has been held back for long is looked for less often: by this part of the time it was held. */
    private static final int PART_OF_HOLD = 20;

    private static final double MILLIS_PER_SECOND = 1000;

    private final Sql sql;
    private final Signals signals;
    private final InstantSource clock;
    private final AtomicInteger watchers = new AtomicInteger();
    private volatile Duration lag = Duration.ZERO;
    private Thread follower;

    Horizon(Sql sql, Signals signals, InstantSource clock, MeterRegistry registry) {
        this.sql = sql;
        this.signals = signals;
        this.clock = clock;
        Gauge.builder("yunqing.feed.lag", () -> lag.toMillis() / MILLIS_PER_SECOND)
                .baseUnit("seconds")
                .description(
                        "How long the oldest event that cannot be read yet is held back by an older transaction")
                .register(registry);
        Gauge.builder("yunqing.feed.watchers", watchers, AtomicInteger::get)
                .description("Watches that are open")
                .register(registry);
    }

    /**
     * What a look found.
     *
     * @param newest the place of the newest readable event
     * @param heldSince when the oldest event happened that cannot be read yet; null if there is none
     */
    private record Look(String newest, Instant heldSince) {}

    void start(@Observes StartupEvent event) {
        follower = Thread.ofPlatform().daemon().name("feed-horizon").start(this::follow);
    }

    void stop(@Observes ShutdownEvent event) {
        follower.interrupt();
    }

    /** Somebody waits for {@link #READABLE} until it is closed. */
    Watching watching() {
        watchers.incrementAndGet();
        signals.raise(WATCHED);
        return watchers::decrementAndGet;
    }

    /** Ends without a fault. */
    interface Watching extends AutoCloseable {
        @Override
        void close();
    }

    private void follow() {
        String newest = "";
        while (!signals.ended()) {
            try {
                boolean watched = watchers.get() > 0;
                String topic = watched ? Changes.FEED : WATCHED;
                long seen = signals.count(topic);
                Look look = look();
                if (!look.newest.equals(newest)) {
                    newest = look.newest;
                    signals.raise(READABLE);
                }
                Duration held =
                        look.heldSince == null
                                ? Duration.ZERO
                                : Duration.between(look.heldSince, clock.instant());
                lag = held.isNegative() ? Duration.ZERO : held;
                signals.await(topic, seen, watched && look.heldSince != null ? pause() : GLANCE);
            } catch (InterruptedException _) {
                return;
            } catch (RuntimeException e) {
                LOG.warnf("Cannot look for new events, trying again: %s", e.getMessage());
                rest();
            }
        }
    }

    /** Whether an event is written that cannot be read yet. */
    boolean heldBack() {
        return look().heldSince != null;
    }

    private Duration pause() {
        Duration part = lag.dividedBy(PART_OF_HOLD);
        if (part.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return part.compareTo(LONGEST) > 0 ? LONGEST : part;
    }

    private static void rest() {
        try {
            Thread.sleep(GLANCE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Look look() {
        return sql.run(connection -> {
            Look[] found = new Look[1];
            new RoundTrip()
                    .read(
                            """
                            SELECT (SELECT xid || '-' || seq FROM event
                                    WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
                                    ORDER BY xid DESC, seq DESC LIMIT 1) AS newest,
                                   (SELECT at FROM event
                                    WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())
                                    ORDER BY xid, seq LIMIT 1) AS held_since
                            """,
                            row ->
                                    found[0] =
                                            new Look(
                                                    String.valueOf(row.getString("newest")),
                                                    Sql.instant(
                                                            row.getObject(
                                                                    "held_since",
                                                                    OffsetDateTime.class))))
                    .run(connection);
            return found[0];
        });
    }
}
