package io.yunqing.controller.platform;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Runs small chores now and then, each in a transaction of its own; a chore that fails is tried again next time. */
@ApplicationScoped
public class Every {
    private static final Logger LOG = Logger.getLogger(Every.class);

    private final ScheduledExecutorService clockwork =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("chores").factory());

    private final Transactions transactions;

    Every(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Runs the chore at once and then again each time {@code pause} has passed since it ended. */
    public void run(String chore, Duration pause, Runnable work) {
        var _ =
                clockwork.scheduleWithFixedDelay(
                        () -> {
                            try {
                                transactions.write(() -> {
                                    work.run();
                                    return true;
                                });
                            } catch (RuntimeException e) {
                                LOG.warnf(
                                        "%s failed, will be tried again: %s",
                                        chore, e.getMessage());
                            }
                        },
                        0,
                        pause.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        clockwork.shutdownNow();
    }
}
