package io.yunqing.examples.fleet;

import io.yunqing.examples.bench.Figures;
import io.yunqing.examples.cloud.Rest;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** How soon a watcher has an event in its hands once nothing holds it back. */
final class Pushes {
    private static final int ROUNDS = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Centre centre;
    private final BlockingQueue<Long> arrivals = new ArrayBlockingQueue<>(1);

    Pushes(Centre centre) {
        this.centre = centre;
    }

    void measure(Rest rest, Figures figures) throws Exception {
        Thread watcher =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                rest.watch(
                                        "/v1/events?name=pushed&after=0",
                                        () -> arrivals.add(System.nanoTime()));
                            } catch (IOException _) {
                                // ends with the measurement
                            }
                        });
        try (Connection writer = centre.database();
                Connection older = centre.database()) {
            writer.setAutoCommit(false);
            older.setAutoCommit(false);
            List<Double> free = new ArrayList<>();
            List<Double> held = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                free.add(millisUntilSeen(append(writer)));
                begin(older);
                append(writer);
                Thread.sleep(round % 50);
                older.rollback();
                held.add(millisUntilSeen(System.nanoTime()));
            }
            tell(figures, "push", free);
            tell(figures, "push_when_held", held);
        } finally {
            watcher.interrupt();
        }
    }

    private static void tell(Figures figures, String name, List<Double> millis) {
        Collections.sort(millis);
        figures.tell(name + "_p50_ms", millis.get(millis.size() / 2), "ms")
                .tell(name + "_p99_ms", millis.get(millis.size() * 99 / 100), "ms");
    }

    /** Gives a transaction a number, which holds back whatever younger ones write. */
    private static void begin(Connection older) throws SQLException {
        try (Statement statement = older.createStatement()) {
            statement.execute("SELECT pg_current_xact_id()");
        }
    }

    private static long append(Connection writer) throws SQLException {
        try (PreparedStatement event =
                writer.prepareStatement(
                        """
                        INSERT INTO event (at, kind, name, object_id, type, actor, message, revision)
                        VALUES (now(), 'Zone', 'pushed', gen_random_uuid(), 'updated', 'operator', '', 1);
                        SELECT pg_notify('yunqing', 'feed')
                        """)) {
            event.execute();
        }
        writer.commit();
        return System.nanoTime();
    }

    private double millisUntilSeen(long since) throws InterruptedException {
        Long arrived = arrivals.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (arrived == null) {
            throw new IllegalStateException("an event did not come");
        }
        // It may be here before the commit's answer is.
        return Math.max(0, arrived - since) / 1e6;
    }
}
