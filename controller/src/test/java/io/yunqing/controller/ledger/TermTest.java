package io.yunqing.controller.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Capacity;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.ledger.Ledger.Grant;
import io.yunqing.controller.ledger.Ledger.InForce;
import io.yunqing.controller.ledger.Ledger.Promise;
import io.yunqing.controller.ledger.Ledger.Term;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Terms of classes, on a real PostgreSQL. A test that moves the clock stays in one transaction, so that the controller, whose
 * clock is another, does not see its classes.
 */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class TermTest {
    private static final Instant BEGIN = Instant.parse("2030-01-01T00:00:00Z");
    private static final Term ALWAYS = term(null, 1, 0);

    @Inject Ledger ledger;
    @Inject Session em;
    @Inject AgroalDataSource dataSource;

    private final UUID itsClass = UUID.randomUUID();
    private final UUID owner = UUID.randomUUID();
    private final UUID provider = UUID.randomUUID();
    private Instant now = BEGIN;

    /** Consumers that are neither instance nor volume would trouble the doctor, here and in other tests. */
    @AfterEach
    void theBooksAreRight() throws SQLException {
        execute(
                """
                UPDATE allocation SET closed = opened
                WHERE closed IS NULL AND NOT EXISTS (SELECT FROM instance WHERE id = consumer_id)
                  AND NOT EXISTS (SELECT FROM volume WHERE id = consumer_id)
                """);
        assertEquals(List.of(), QuarkusTransaction.requiringNew().call(ledger::doctor));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void eachTermHoldsFromItsMomentOnUntilTheNext() {
        atAnyTime(moved -> {
            moved.setTerms(
                    itsClass, List.of(ALWAYS, term(after(10), 4, 2), term(after(20), 0.5, 0)));
            assertEquals(8, limit(moved));
            assertEquals(new InForce(true, null, after(10)), inForce(moved));
            now = after(9);
            assertFalse(begins(moved), "not yet");
            now = after(10);
            assertTrue(begins(moved));
            assertEquals(24, limit(moved), "(8 - 2) × 4");
            assertEquals(new InForce(true, after(10), after(20)), inForce(moved));
            now = after(99);
            assertTrue(begins(moved));
            assertEquals(4, limit(moved));
            assertEquals(new InForce(true, after(20), null), inForce(moved));
            assertFalse(begins(moved), "settled");
        });
    }

    @Test
    void beforeTheFirstTermNothingIsKeptBackAndAllIsPromisedOnce() {
        atAnyTime(moved -> {
            moved.setTerms(itsClass, List.of(term(after(10), 4, 2)));
            assertEquals(8, limit(moved));
            assertEquals(new InForce(false, null, after(10)), inForce(moved));
        });
    }

    /** Clocks of two replicas differ a little: what has begun by one does not end by the other. */
    @Test
    void aTermThatHasBegunStaysWhileTheClockIsALittleBehind() {
        atAnyTime(moved -> {
            moved.setTerms(itsClass, List.of(ALWAYS, term(after(10), 4, 0)));
            now = after(10);
            moved.settleTerms();
            now = after(9);
            assertFalse(begins(moved));
            assertEquals(32, limit(moved));
            moved.setTerms(itsClass, List.of(ALWAYS, term(after(10), 2, 0)));
            assertEquals(16, limit(moved), "nor by a change");
        });
    }

    @Test
    void aClockThatIsSetBackIsFollowed() {
        atAnyTime(moved -> {
            moved.setTerms(itsClass, List.of(ALWAYS, term(after(10), 4, 0)));
            now = after(7200);
            moved.settleTerms();
            assertEquals(32, limit(moved));
            now = after(3600);
            assertFalse(begins(moved), "the same term holds");
            now = after(0);
            assertTrue(begins(moved));
            assertEquals(8, limit(moved));
            assertEquals(new InForce(true, null, after(10)), inForce(moved));
            now = after(10);
            moved.settleTerms();
            assertEquals(32, limit(moved), "it begins again");
        });
    }

    @Test
    void whatAProviderSaysItselfComesFirst() {
        atAnyTime(moved -> {
            moved.setTerms(itsClass, List.of(ALWAYS, term(after(10), 4, 2)));
            provide(moved, itsClass, new Promise(null, new BigDecimal(3)));
            assertEquals(24, limit(moved));
            now = after(10);
            moved.settleTerms();
            assertEquals(18, limit(moved), "(8 - 2 by its class) × 3 by itself");
            provide(moved, itsClass, new Promise(0L, null));
            assertEquals(32, limit(moved));
        });
    }

    @Test
    void moreKeptBackThanThereIsLeavesNothing() {
        atAnyTime(moved -> {
            moved.setTerms(itsClass, List.of(term(null, 4, 9)));
            assertEquals(new Capacity(8, 9, new BigDecimal("4.0"), 0, 0), capacity(moved));
        });
    }

    @Test
    void aTermThatLowersBelowTheUseTakesNothingNewAndGivesNothingBackTwice() {
        atAnyTime(moved -> {
            moved.setTerms(itsClass, List.of(term(null, 2, 0), term(after(10), 1, 0)));
            UUID first = UUID.randomUUID();
            assertEquals(Optional.empty(), take(moved, first, 6));
            assertEquals(Optional.empty(), take(moved, UUID.randomUUID(), 6));
            now = after(10);
            moved.settleTerms();
            assertEquals(new Capacity(8, 0, new BigDecimal("1.0"), 8, 12), capacity(moved));
            assertTrue(take(moved, UUID.randomUUID(), 1).isPresent());
            moved.release(List.of(first));
            assertEquals(Optional.empty(), take(moved, UUID.randomUUID(), 2));
            assertTrue(take(moved, UUID.randomUUID(), 1).isPresent());
        });
    }

    /** Whatever the terms and however the clock jumps: of those that have begun the last holds. */
    @Test
    void randomTermsAndClocksAgreeWithAModel() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        atAnyTime(moved -> {
            for (int i = 0; i < 40; i++) {
                List<Term> terms = terms(random);
                moved.setTerms(itsClass, terms);
                for (int j = 0; j < 4; j++) {
                    // No jump is as small as what replicas' clocks may differ by.
                    Duration jump = Duration.ofMinutes(random.nextInt(2, 90));
                    now = random.nextBoolean() ? now.plus(jump) : now.minus(jump);
                    moved.settleTerms();
                    assertEquals(
                            expected(terms),
                            limit(moved),
                            () -> "seed " + seed + ", at " + now + ": " + terms);
                }
                now = BEGIN;
                moved.settleTerms();
            }
        });
    }

    /** Each replica's chore finds the same term due; one of them lets it begin, beside takings that go on. */
    @Test
    void oneOfManyReplicasLetsATermBegin() throws Exception {
        QuarkusTransaction.requiringNew()
                .run(() -> {
                    open(ledger);
                    ledger.setTerms(itsClass, List.of(term(null, 1, 0)));
                });
        // The controller's own chore tells of classes that are resources.
        execute(
                """
                INSERT INTO host_class VALUES ('%1$s', '%1$s', 1, now(), '{}', '{"terms": []}')
                """
                        .formatted(itsClass));
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger taken = new AtomicInteger();
        try (ExecutorService crowd = Executors.newFixedThreadPool(8)) {
            List<Callable<Object>> work = new ArrayList<>();
            Instant soon = Instant.now().plusMillis(300).truncatedTo(ChronoUnit.MICROS);
            QuarkusTransaction.requiringNew()
                    .run(() ->
                            ledger.setTerms(itsClass, List.of(term(null, 1, 0), term(soon, 2, 0))));
            for (int i = 0; i < 4; i++) {
                work.add(() -> {
                    while (inForceNow().begun() == null) {
                        begun.addAndGet(
                                QuarkusTransaction.requiringNew()
                                        .call(() -> begins(ledger) ? 1 : 0));
                    }
                    return true;
                });
                work.add(() -> {
                    while (taken.get() < 16) {
                        boolean fits =
                                QuarkusTransaction.requiringNew()
                                        .call(() -> take(ledger, UUID.randomUUID(), 1).isEmpty());
                        taken.addAndGet(fits ? 1 : 0);
                    }
                    return true;
                });
            }
            for (Future<Object> one : crowd.invokeAll(work)) {
                one.get();
            }
        }
        assertTrue(begun.get() <= 1, "the controller's own chore may have been faster");
        Capacity capacity = QuarkusTransaction.requiringNew().call(() -> capacity(ledger));
        assertEquals(16, capacity.limit());
        assertEquals(16, capacity.used());
    }

    /** Whether another term of the class holds; other tests leave classes of their own. */
    private boolean begins(Ledger books) {
        return books.settleTerms().contains(itsClass);
    }

    private InForce inForceNow() {
        return QuarkusTransaction.requiringNew().call(() -> inForce(ledger));
    }

    private interface Story {
        void tell(Ledger moved);
    }

    /** A class with a provider of 8 vCPUs, by a clock that the test moves; nobody else sees them, and nothing is left. */
    private void atAnyTime(Story story) {
        QuarkusTransaction.begin();
        try {
            Ledger moved = new Ledger(em, () -> now);
            open(moved);
            story.tell(moved);
        } finally {
            QuarkusTransaction.rollback();
        }
    }

    private void open(Ledger books) {
        books.openOwner(owner, null, true);
        books.setGrants(owner, List.of(new Grant(Map.of("vcpus", 1000L), null, null)));
        books.openClass(itsClass);
        provide(books, itsClass, new Promise(null, null));
    }

    private void provide(Ledger books, UUID whose, Promise own) {
        books.setCapacities(provider, "host", whose, Map.of("vcpus", 8L), Map.of("vcpus", own));
    }

    private Optional<Refusal> take(Ledger books, UUID consumer, long vcpus) {
        return books.take(
                List.of(
                        new Taking(
                                consumer,
                                owner,
                                provider,
                                books.kinds().amounts(Map.of("vcpus", vcpus)))));
    }

    private long limit(Ledger books) {
        return capacity(books).limit();
    }

    private Capacity capacity(Ledger books) {
        return Objects.requireNonNull(
                books.capacities(List.of(provider)).get(provider).get("vcpus"));
    }

    private InForce inForce(Ledger books) {
        return Objects.requireNonNull(books.inForce(List.of(itsClass)).get(itsClass));
    }

    private static Instant after(long seconds) {
        return BEGIN.plusSeconds(seconds);
    }

    private static Term term(Instant from, double ratio, long reserved) {
        return new Term(from, Map.of("vcpus", new Promise(reserved, BigDecimal.valueOf(ratio))));
    }

    private static List<Term> terms(Random random) {
        List<Term> terms = new ArrayList<>();
        if (random.nextBoolean()) {
            terms.add(term(null, 1 + random.nextInt(4), random.nextInt(10)));
        }
        random.ints(1 + random.nextInt(4), -200, 200)
                .distinct()
                .forEach(minutes ->
                        terms.add(
                                term(
                                        BEGIN.plus(Duration.ofMinutes(minutes)),
                                        (1 + random.nextInt(40)) / 4.0,
                                        random.nextInt(10))));
        return terms;
    }

    private long expected(Collection<Term> terms) {
        return terms.stream()
                .filter(term -> term.from() == null || !term.from().isAfter(now))
                .max(Comparator.comparing(term -> term.from() == null ? Instant.MIN : term.from()))
                .map(term -> Objects.requireNonNull(term.promises().get("vcpus")))
                .map(promise ->
                        (long)
                                (Math.max(0, 8 - promise.reserved())
                                        * promise.ratio().doubleValue()))
                .orElse(8L);
    }
}
