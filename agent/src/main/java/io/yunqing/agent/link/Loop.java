package io.yunqing.agent.link;

import io.yunqing.agent.platform.Threads;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A thread that does one round after another for as long as the agent lives, whatever a round throws. */
final class Loop implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Loop.class.getName());
    private static final Duration AFTER_DEFECT = Duration.ofSeconds(5);

    /** One round; answers how long to rest before the next. */
    interface Round {
        Duration run() throws InterruptedException;
    }

    private final Thread thread;

    Loop(String name, Round round, Threads threads) {
        thread = threads.unstarted(name, () -> run(round));
    }

    void start() {
        thread.start();
    }

    private static void run(Round round) {
        try {
            while (!Thread.interrupted()) {
                Duration rest;
                try {
                    rest = round.run();
                } catch (RuntimeException e) {
                    LOG.log(Level.SEVERE, "a defect of the agent; it carries on", e);
                    rest = AFTER_DEFECT;
                }
                Thread.sleep(rest);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
