package io.yunqing.controller.platform;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.yunqing.api.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityNotFoundException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.hibernate.FlushMode;
import org.hibernate.ObjectNotFoundException;
import org.hibernate.Session;

/**
 * Opens transactions. One that lost against another (a deadlock, a name just taken, a row just deleted) is run again, and
 * then sees what the other did; so its answer is the one it would have got a moment later.
 *
 * <p>Rows are written at a flush or at the commit, not before each query as is Hibernate's habit: to look through all rows of
 * a request for changes, JSON included, each time it asks something is work that no answer needs. Whoever writes by SQL what
 * refers to a row flushes first.
 */
@ApplicationScoped
public class Transactions {
    private static final int ATTEMPTS = 4;
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    private final Session em;
    private final TransactionSynchronizationRegistry registry;

    Transactions(Session em, TransactionSynchronizationRegistry registry) {
        this.em = em;
        this.registry = registry;
    }

    /**
     * Runs the work in a transaction of its own, again if it lost against another; what it did is then undone.
     *
     * @throws ProblemException {@code busy} if it loses again and again, or waits for a lock for too long
     */
    public <T> T write(Supplier<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return QuarkusTransaction.requiringNew()
                        .call(() -> {
                            em.setHibernateFlushMode(FlushMode.COMMIT);
                            return work.get();
                        });
            } catch (RuntimeException e) {
                switch (loss(e)) {
                    case NONE -> throw e;
                    case WAITED -> throw busy("another request holds what this one needs");
                    case LOST -> {
                        if (attempt == ATTEMPTS) {
                            throw Violations.explain(e);
                        }
                        long most = LONGEST_PAUSE.toNanos() * attempt;
                        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most));
                    }
                }
            }
        }
    }

    /** Runs the work on one snapshot of the database, so that what it reads piece by piece fits together. */
    public <T> T read(Supplier<T> work) {
        return write(() -> {
            em.setHibernateFlushMode(FlushMode.MANUAL);
            em.setDefaultReadOnly(true);
            em.doWork(connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
                }
            });
            return work.get();
        });
    }

    /** Runs the work once the current transaction has committed, and not if it does not. */
    public void afterCommit(Runnable work) {
        registry.registerInterposedSynchronization(
                new Synchronization() {
                    @Override
                    public void beforeCompletion() {}

                    @Override
                    public void afterCompletion(int status) {
                        if (status == Status.STATUS_COMMITTED) {
                            work.run();
                        }
                    }
                });
    }

    /** Whether a transaction lost against another, so that it is worth while to run it again. */
    public static boolean lost(Exception failure) {
        return loss(failure) == Loss.LOST;
    }

    /** Whether a transaction waited for another until its time was up. */
    public static boolean waited(Exception failure) {
        return loss(failure) == Loss.WAITED;
    }

    /** A refusal for the moment. */
    public static ProblemException busy(String detail) {
        return ProblemException.of(ProblemCode.BUSY, detail, "try again in a few seconds");
    }

    private enum Loss {
        NONE,
        LOST,
        WAITED
    }

    private static Loss loss(Throwable failure) {
        for (Throwable cause : Causes.of(failure)) {
            if (cause instanceof EntityNotFoundException
                    || cause instanceof ObjectNotFoundException) {
                return Loss.LOST;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return loss(sql.getSQLState());
            }
        }
        return Loss.NONE;
    }

    private static Loss loss(String state) {
        return switch (state) {
            case "40001", "40P01", Violations.UNIQUE, Violations.FOREIGN_KEY -> Loss.LOST;
            case "55P03", "57014" -> Loss.WAITED;
            default -> Loss.NONE;
        };
    }
}
