package io.yunqing.controller.feed;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.controller.platform.Every;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Lets go of events that are older than they have to be kept, oldest first, a few at a time. */
@ApplicationScoped
class Retention {
    private static final Logger LOG = Logger.getLogger(Retention.class);

    /** What the law asks of records of operation. */
    private static final Duration SIX_MONTHS = Duration.ofDays(183);

    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final int AT_ONCE = 2_000;

    /** In one run; what is left waits for the next. */
    private static final int MOST_BATCHES = 50;

    private final FloorStore store;
    private final InstantSource clock;
    private final Duration keep;

    Retention(
            FloorStore store,
            InstantSource clock,
            @ConfigProperty(name = "yunqing.feed.keep") Duration keep) {
        this.store = store;
        this.clock = clock;
        this.keep = keep;
    }

    void start(@Observes StartupEvent event, Every every) {
        if (keep.compareTo(SIX_MONTHS) < 0) {
            LOG.warnf(
                    "yunqing.feed.keep is %s: histories are kept for a shorter time than an audit asks for",
                    keep);
        }
        every.rarely(
                "letting old events go",
                PAUSE,
                () -> {
                    for (int batch = 0;
                            batch < MOST_BATCHES && prune(AT_ONCE) == AT_ONCE;
                            batch++) {}
                });
    }

    /** Returns how many it let go of. */
    int prune(int most) {
        return store.raise(clock.instant().minus(keep), most);
    }
}
