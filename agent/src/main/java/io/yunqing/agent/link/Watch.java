package io.yunqing.agent.link;

import io.yunqing.agent.platform.Uptime;
import io.yunqing.api.agent.HostDesired;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Logger;

/**
 * Hears what the host should be, by long polls that follow each other without a pause.
 *
 * <p>Now and then it asks for everything anew, so that nothing that went wrong in small lasts: a lost tombstone, a
 * database that was restored.
 */
public final class Watch implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Watch.class.getName());
    private static final Duration WAIT = Duration.ofSeconds(30);

    /** As long as a poll may wait that somebody waits for. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private static final Duration EVERYTHING_EVERY = Duration.ofMinutes(10);

    private final Controller controller;
    private final Hearing heard;
    private final Consumer<LinkFault> unheard;
    private final BooleanSupplier urgent;
    private final InstantSource clock;
    private final Rhythm rhythm;
    private final Patience patience;
    private final Loop loop;

    private volatile long revision;
    private Instant everythingAt = Instant.MIN;
    private volatile boolean everything = true;

    /**
     * @param urgent whether somebody waits for what was asked for from now on
     */
    public Watch(
            Controller controller,
            Hearing heard,
            Consumer<LinkFault> unheard,
            BooleanSupplier urgent,
            InstantSource clock,
            Rhythm rhythm) {
        this.controller = controller;
        this.heard = heard;
        this.unheard = unheard;
        this.urgent = urgent;
        this.clock = clock;
        this.rhythm = rhythm;
        this.patience = rhythm.patience(LOG, "asking for the desired state");
        this.loop = rhythm.loop("watch", this::round);
    }

    public void start() {
        loop.start();
    }

    /** Takes what was heard. */
    public interface Hearing {

        /**
         * @param asked when it was asked for, by the machine's uptime in milliseconds
         */
        void heard(HostDesired desired, long asked);
    }

    /** The next poll asks for everything, and so is answered at once. */
    public void askAnew() {
        everything = true;
    }

    /** A controller that is behind what we have heard was restored from a backup: the next poll asks for everything. */
    public void compare(long controllersRevision) {
        if (controllersRevision < revision) {
            askAnew();
        }
    }

    private Duration round() throws InterruptedException {
        Instant now = clock.instant();
        boolean all = everything || now.isAfter(everythingAt);
        everything = false;
        try {
            boolean hurried = urgent.getAsBoolean();
            long asked = Uptime.millis();
            var desired = controller.desired(all ? 0 : revision, hurried ? SOON : WAIT);
            patience.succeeded();
            if (all) {
                // Spread, so that a fleet that was started together does not ask together for ever.
                everythingAt =
                        now.plusMillis(rhythm.random().nextLong(EVERYTHING_EVERY.toMillis()) + 1);
                everythingAt = everythingAt.plus(EVERYTHING_EVERY.dividedBy(2));
            }
            revision = desired.revision();
            if (all || hurried || !desired.namesNothing()) {
                heard.heard(desired, asked);
            }
            return Duration.ZERO;
        } catch (LinkFault fault) {
            if (all) {
                askAnew();
            }
            unheard.accept(fault);
            return patience.failed(fault);
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
