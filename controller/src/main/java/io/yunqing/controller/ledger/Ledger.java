package io.yunqing.controller.ledger;

import io.yunqing.api.Capacity;
import io.yunqing.api.Usage;
import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.platform.RoundTrip;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.jdbc.ReturningWork;
import org.hibernate.jdbc.Work;

/** Gives out capacity and takes it back. */
@ApplicationScoped
public class Ledger {
    /** A limit that is none. */
    public static final long UNLIMITED = 1_000_000_000_000_000_000L;

    private static final Usage NOTHING = new Usage(0, 0);

    private final Session em;
    private final InstantSource clock;

    /** Read once: kinds of resources come with migrations. */
    private volatile ResourceKinds kinds;

    Ledger(Session em, InstantSource clock) {
        this.em = em;
        this.clock = clock;
    }

    /**
     * How much of a kind may be promised of what there is.
     *
     * @param reserved what is kept back, in the kind's unit; when null, what the provider's class says, else nothing
     * @param ratio how many times the rest may be promised; when null, what the provider's class says, else once
     */
    public record Promise(Long reserved, BigDecimal ratio) {}

    /**
     * What the providers of a class promise from a moment on, until the next term begins.
     *
     * @param from when it begins; it always held when null
     * @param promises by kind
     */
    public record Term(Instant from, Map<String, Promise> promises) {}

    /**
     * Which term of a class holds.
     *
     * @param any whether one does; before the first one begins nothing is kept back, and all is promised once
     * @param begun when it began; it always held when null
     * @param next when another one begins; none is to come when null
     */
    public record InForce(boolean any, Instant begun, Instant next) {}

    /**
     * What an owner may use, for a time.
     *
     * @param from when it begins; always when null
     * @param until when it ends, itself not part of it; never when null
     */
    public record Grant(Map<String, Long> amounts, Instant from, Instant until) {}

    /** An owner that has given to those below it more than it has itself. */
    public record OverGiven(UUID owner, String resource, long granted, long given) {}

    public ResourceKinds kinds() {
        if (kinds == null) {
            kinds = reading(LedgerStore::kinds);
        }
        return kinds;
    }

    /**
     * Begins an owner's account.
     *
     * @param parent whose limits hold for it too; none when null
     * @param strict whether it may use only what it is granted; if not, a kind without any grant is not limited here
     */
    public void openOwner(UUID owner, UUID parent, boolean strict) {
        doing(connection -> OwnerStore.openOwner(connection, owner, parent, strict));
    }

    /** Puts an owner, and all below it, under another; what they use counts there from now on, if it fits there. */
    public void moveOwner(UUID owner, UUID parent) {
        doing(connection -> OwnerStore.moveOwner(connection, owner, parent));
    }

    /** Ends the account of an owner that uses nothing. */
    public void dropOwner(UUID owner) {
        doing(connection -> OwnerStore.dropOwner(connection, owner));
    }

    /**
     * Sets all that an owner may use; grants of one moment add up. A limit below its use only takes nothing new.
     *
     * @return if the owner got more than before: the owner above that has now given more than it has; the caller refuses then
     */
    public Optional<OverGiven> setGrants(UUID owner, List<Grant> grants) {
        return reading(connection -> {
            Map<String, Usage> before = OwnerStore.limits(connection, kinds(), owner);
            OwnerStore.setGrants(connection, owner, grants);
            OwnerStore.settle(connection, List.of(owner), clock.instant());
            Map<String, Usage> after = OwnerStore.limits(connection, kinds(), owner);
            boolean more =
                    after.keySet().stream()
                            .anyMatch(kind ->
                                    after.get(kind).limit()
                                            > before.getOrDefault(kind, NOTHING).limit());
            return more ? OwnerStore.overGiven(connection, owner) : Optional.empty();
        });
    }

    /** Lets grants begin and end whose time has come. */
    public void settleGrants() {
        doing(connection -> {
            Instant now = clock.instant();
            List<UUID> due = OwnerStore.due(connection, now);
            if (!due.isEmpty()) {
                OwnerStore.settle(connection, due, now);
            }
        });
    }

    /** What each owner may use and uses of each kind that has quota, with what is used below it. */
    public Map<UUID, Map<String, Usage>> limits(Collection<UUID> owners) {
        Map<UUID, Map<String, Usage>> limits =
                reading(connection -> OwnerStore.limits(connection, kinds(), owners));
        limits.values().forEach(usages -> usages.keySet().retainAll(kinds().limited().keySet()));
        return limits;
    }

    /** Begins a class of providers; until it has terms, nothing is kept back, and all is promised once. */
    public void openClass(UUID id) {
        doing(connection -> TermStore.openClass(connection, id));
    }

    /** Ends a class without providers. */
    public void dropClass(UUID id) {
        doing(connection -> TermStore.dropClass(connection, id));
    }

    /** Sets all terms of a class, of which no two begin at the same moment. A capacity below its use only takes nothing new. */
    public void setTerms(UUID id, List<Term> terms) {
        doing(connection -> TermStore.setTerms(connection, kinds(), id, terms, clock.instant()));
    }

    /**
     * Lets terms begin whose time has come.
     *
     * @return the classes in which another term holds now
     */
    public List<UUID> settleTerms() {
        return reading(connection -> TermStore.settleDue(connection, clock.instant()));
    }

    /** Which term of each class holds. */
    public Map<UUID, InForce> inForce(Collection<UUID> classes) {
        return reading(connection -> TermStore.inForce(connection, classes));
    }

    /**
     * Sets what a provider has. A capacity below its use only takes nothing new.
     *
     * @param kind what the provider is
     * @param itsClass by whose terms it promises; by its own words alone when null
     * @param physical by kind, what there is
     * @param own by kind, what holds for it whatever its class says
     */
    public void setCapacities(
            UUID provider,
            String kind,
            UUID itsClass,
            Map<String, Long> physical,
            Map<String, Promise> own) {
        doing(connection ->
                LedgerStore.setCapacities(
                        connection, kinds(), provider, kind, itsClass, physical, own));
    }

    /**
     * What a provider really has to write on of a kind whose promises are filled only as they are used.
     *
     * @param written what of the promises is, in the kind's unit
     * @param free what is left, which may be promised as many times as the provider's terms allow
     */
    public record Backing(BigDecimal written, BigDecimal free) {}

    /**
     * Lets no more of a kind be promised than is backed, whatever the terms allow. A backing below what is promised only takes
     * nothing new.
     *
     * @param backing the terms alone hold when null
     */
    public void back(UUID provider, String kind, Backing backing) {
        int position = kinds().names().indexOf(kind) + 1;
        doing(connection -> LedgerStore.back(connection, provider, position, backing));
    }

    /** Lets all who keep a view of a provider read anew what it is. */
    public void describeAnew(UUID provider) {
        doing(connection -> LedgerStore.describeAnew(connection, provider));
    }

    /** What each provider has, may promise and has promised, by resource. */
    public Map<UUID, Map<String, Capacity>> capacities(Collection<UUID> providers) {
        return reading(connection -> LedgerStore.capacities(connection, kinds(), providers));
    }

    /**
     * Adds the statements to a transaction's round trip that lock owners and providers; once it has run, the balances tell what
     * fits, and {@link #open} writes what was taken.
     */
    public Balances lock(RoundTrip trip, Collection<UUID> owners, Collection<UUID> providers) {
        Balances balances = new Balances(kinds());
        LedgerStore.lock(trip, balances, owners, providers);
        return balances;
    }

    /** Adds the statement that writes takings which their balances let pass. */
    public void open(RoundTrip trip, List<Taking> takings, Instant now) {
        LedgerStore.open(trip, takings, now);
    }

    /** Takes all or nothing, in the caller's transaction. */
    public Optional<Refusal> take(List<Taking> takings) {
        return reading(connection -> {
            List<UUID> owners = new ArrayList<>();
            List<UUID> providers = new ArrayList<>();
            takings.forEach(taking -> owners.add(taking.owner()));
            takings.forEach(taking -> providers.add(taking.provider()));
            RoundTrip locks = new RoundTrip();
            Balances balances = lock(locks, owners, providers);
            locks.run(connection);
            Optional<Refusal> refusal = balances.take(takings);
            if (refusal.isEmpty()) {
                RoundTrip writing = new RoundTrip();
                open(writing, takings, clock.instant());
                writing.run(connection);
            }
            return refusal;
        });
    }

    /** Adds the statement by which consumers give back all that they hold. */
    public void close(RoundTrip trip, UUID[] consumers, Instant now) {
        LedgerStore.close(trip, consumers, now);
    }

    /** Gives back all that the consumers hold; harmless when they hold nothing. */
    public void release(Collection<UUID> consumers) {
        doing(connection -> LedgerStore.close(connection, consumers, clock.instant()));
    }

    /**
     * Lets the consumer hold the same of another provider. The owner is never charged twice, and its own limits cannot refuse it.
     *
     * @throws org.hibernate.exception.ConstraintViolationException if the provider is full
     */
    public void move(UUID consumer, UUID provider) {
        doing(connection ->
                LedgerStore.change(connection, consumer, provider, null, clock.instant()));
    }

    /** Adds the statement by which each consumer holds the same of another provider, as {@link #move(UUID, UUID)} does of one. */
    public void move(RoundTrip trip, UUID[] consumers, UUID[] providers, Instant now) {
        LedgerStore.move(trip, consumers, providers, now);
    }

    /**
     * Lets the consumer hold other amounts of the same provider; only what it holds more of then must fit.
     *
     * @return what does not allow it, with the difference as what was asked; nothing has changed then
     */
    public Optional<Refusal> resize(UUID consumer, Amounts amounts) {
        em.flush();
        return reading(connection -> {
            Taking held = LedgerStore.held(connection, consumer);
            RoundTrip locks = new RoundTrip();
            Balances balances = lock(locks, List.of(held.owner()), List.of(held.provider()));
            locks.run(connection);
            Amounts more = Amounts.of(growth(held.amounts(), amounts));
            Optional<Refusal> refusal =
                    balances.take(
                            List.of(new Taking(consumer, held.owner(), held.provider(), more)));
            if (refusal.isEmpty()) {
                LedgerStore.change(connection, consumer, null, amounts, clock.instant());
            }
            return refusal;
        });
    }

    private static long[] growth(Amounts from, Amounts to) {
        long[] growth = new long[to.length()];
        for (int i = 0; i < growth.length; i++) {
            growth[i] = Math.max(0, to.at(i) - from.at(i));
        }
        return growth;
    }

    /** Takes a provider's capacity away that nobody uses; its row stays as long as the history needs it. */
    public void dropProvider(UUID provider) {
        doing(connection -> LedgerStore.dropProvider(connection, provider));
    }

    /** Recomputes every sum from the allocations; one line for each that differs. None is the only good answer. */
    public List<String> doctor() {
        return reading(LedgerStore::differences);
    }

    private void doing(Work work) {
        em.flush();
        em.doWork(work);
    }

    private <T> T reading(ReturningWork<T> work) {
        return em.doReturningWork(work);
    }
}
