package io.yunqing.controller.platform;

import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import org.hibernate.Session;
import org.jboss.logging.Logger;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Raises {@link Signals} when a transaction commits: at once in this process, and through PostgreSQL's NOTIFY in every other
 * replica. When the listening connection breaks, everybody is woken after it is back, for what may have been missed.
 */
@ApplicationScoped
public class Wakeups {
    private static final Logger LOG = Logger.getLogger(Wakeups.class);
    private static final String CHANNEL = "yunqing";
    private static final int POLL_MILLIS = 5_000;
    private static final long RETRY_MILLIS = 1_000;

    private final Session em;
    private final Transactions transactions;
    private final Signals signals;
    private final AgroalDataSource dataSource;
    private volatile boolean stopping;
    private Thread listener;

    Wakeups(Session em, Transactions transactions, Signals signals, AgroalDataSource dataSource) {
        this.em = em;
        this.transactions = transactions;
        this.signals = signals;
        this.dataSource = dataSource;
    }

    /** Adds the statement that wakes the topics' waiters in all replicas, this one too, once the transaction has committed. */
    public void onCommit(RoundTrip trip, Collection<String> topics) {
        trip.read(
                "SELECT pg_notify(?, topic) FROM unnest(?) AS topic",
                _ -> {},
                CHANNEL,
                topics.toArray(String[]::new));
    }

    /** Wakes the topics' waiters in this replica, whose own notification takes its way through the database. */
    public void raise(Collection<String> topics) {
        topics.forEach(signals::raise);
    }

    /** Wakes the topics' waiters once the current transaction has committed. */
    public void onCommit(String... topics) {
        em.createNativeQuery(
                        "SELECT pg_notify(:channel, topic) FROM unnest(:topics) AS topic",
                        Object.class)
                .setParameter("channel", CHANNEL)
                .setParameter("topics", topics)
                .getResultList();
        transactions.afterCommit(() -> raise(List.of(topics)));
    }

    void start(@Observes StartupEvent event) {
        listener = Thread.ofPlatform().daemon().name("wakeups").start(this::listen);
    }

    void stop(@Observes ShutdownEvent event) {
        stopping = true;
        listener.interrupt();
    }

    private void listen() {
        while (!stopping) {
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("LISTEN " + CHANNEL);
                signals.raiseAll();
                PGConnection postgres = connection.unwrap(PGConnection.class);
                while (!stopping) {
                    PGNotification[] notifications = postgres.getNotifications(POLL_MILLIS);
                    if (notifications != null) {
                        for (PGNotification notification : notifications) {
                            signals.raise(notification.getParameter());
                        }
                    }
                }
                statement.execute("UNLISTEN *");
            } catch (SQLException e) {
                if (!stopping) {
                    LOG.warnf(
                            "Cannot listen for changes of other replicas, trying again: %s",
                            e.getMessage());
                    pause();
                }
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException _) {
            stopping = true;
        }
    }
}
