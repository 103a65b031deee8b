package io.yunqing.controller.compute;

import io.yunqing.api.Address;
import io.yunqing.api.Kind;
import io.yunqing.api.Plan;
import io.yunqing.controller.compute.AdmissionStore.Entry;
import io.yunqing.controller.compute.Order.Terms;
import io.yunqing.controller.compute.Wish.NewVolume;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.SeenHost;
import io.yunqing.controller.ledger.Balances;
import io.yunqing.controller.ledger.Refusal;
import io.yunqing.controller.ledger.Refusal.OverLimit;
import io.yunqing.controller.ledger.Refusal.ProviderFull;
import io.yunqing.controller.ledger.Taking;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.Idempotency;
import io.yunqing.controller.platform.Resources;
import io.yunqing.controller.platform.RoundTrip;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Some orders on their way through one transaction: placed in memory, their rows locked and read, decided, written, committed.
 * The search is over before the first lock is taken. Good for one run.
 */
final class AdmissionBatch {
    private final AdmissionMeans means;
    private final Requests requests;
    private final Instant now;
    private final List<AdmissionCase> cases = new ArrayList<>();
    private final AdmissionPlaces places;
    private final GroupBook groups = new GroupBook();
    private final Set<UUID> groupsNamed;
    private final Set<String> namesTaken = new HashSet<>();
    private final Map<String, Idempotency.Earlier> answered = new HashMap<>();
    private final Map<UUID, Long> revisions = new HashMap<>();
    private final Set<UUID> networksNamed;
    private final AdmissionAddresses addresses = new AdmissionAddresses();
    private Balances balances;

    /** Who is woken by what was written. */
    private Set<String> topics = Set.of();

    /** Whether something that was counted while placing came to nothing, so that a refusal for want of room may be wrong. */
    private boolean roomCameBack;

    /** Whether a host or its neighbours have changed since the mirror saw them. */
    private boolean lookAgain;

    AdmissionBatch(AdmissionMeans means, List<Order> orders) {
        this.means = means;
        this.requests = means.requests();
        this.now = means.clock().instant();
        this.places = new AdmissionPlaces(means.mirror(), requests);
        orders.forEach(order -> cases.add(new AdmissionCase(order)));
        this.groupsNamed =
                all(
                        wishes(orders).filter(wish -> wish.group() != null).toList(),
                        wish -> wish.group().id());
        this.networksNamed =
                all(wishes(orders).filter(Wish::networked).toList(), wish -> wish.network().id());
    }

    private static Stream<Wish> wishes(List<Order> orders) {
        return orders.stream().flatMap(order -> order.wishes().stream());
    }

    /**
     * Does all of it. When it returns, everything is committed; when it throws, nothing is, or nobody knows.
     *
     * @return the orders that have to be tried again
     */
    List<Order> run(Connection connection) throws SQLException {
        try {
            places.choose(cases, groupsNamed, connection);
            lock(connection);
            cases.forEach(this::decide);
            if (lookAgain) {
                // Before the commit: a failure behind it would have written orders tried again.
                means.mirror().look(connection);
            }
            List<AdmissionCase> admitted = cases.stream().filter(AdmissionCase::admitted).toList();
            if (admitted.isEmpty()) {
                connection.rollback();
            } else {
                write(connection, admitted);
                connection.commit();
                means.wakeups().raise(topics);
            }
            correct();
        } finally {
            cases.forEach(places::settle);
        }
        cases.stream()
                .filter(one -> one.outcome != null)
                .forEach(one -> one.order.outcome().complete(one.outcome));
        return cases.stream().filter(one -> one.outcome == null).map(one -> one.order).toList();
    }

    // --- Under the locks ---

    private void lock(Connection connection) throws SQLException {
        List<Order> orders = cases.stream().map(one -> one.order).toList();
        List<Wish> wishes = wishes(orders).toList();
        Set<UUID> tenants = all(orders, order -> order.tenant().id());
        Set<UUID> hosts = new HashSet<>();
        cases.forEach(one -> one.takings.forEach(taking -> hosts.add(taking.provider())));
        RoundTrip trip = new RoundTrip();
        AdmissionStore.revisions(
                trip,
                tenants,
                all(wishes, wish -> wish.flavor().id()),
                all(wishes, wish -> wish.image().id()),
                revisions::put);
        AdmissionStore.groups(trip, groupsNamed, revisions::put);
        AdmissionStore.networks(trip, networksNamed, revisions::put);
        balances = means.ledger().lock(trip, tenants, hosts);
        groups.read(trip, groupsNamed);
        AdmissionStore.hosts(trip, hosts, revisions::put);
        // After the locks, so that nobody adds to what these find: another replica may have
        // the same request.
        means.idempotency()
                .find(
                        trip,
                        orders.stream().map(o -> o.terms().claim()).filter(c -> c != null).toList(),
                        answered::put);
        AdmissionStore.names(
                trip,
                Kind.INSTANCE,
                orders.stream()
                        .flatMap(o -> o.wishes().stream().map(_ -> o.tenant().id()))
                        .toList(),
                wishes.stream().map(Wish::name).toList(),
                (tenant, name) -> namesTaken.add(key(Kind.INSTANCE, tenant, name)));
        AdmissionStore.names(
                trip,
                Kind.VOLUME,
                orders.stream().flatMap(o -> o.volumes().map(_ -> o.tenant().id())).toList(),
                orders.stream().flatMap(Order::volumes).map(NewVolume::name).toList(),
                (tenant, name) -> namesTaken.add(key(Kind.VOLUME, tenant, name)));
        addresses.read(trip, hosts, networksNamed);
        trip.run(connection);
    }

    private void decide(AdmissionCase one) {
        Order order = one.order;
        Terms terms = order.terms();
        String claim = terms.claim() == null ? null : terms.claim().id();
        if (claim != null && answered.containsKey(claim)) {
            Idempotency.Earlier earlier = answered.get(claim);
            // Another order of this batch may have the key; its answer can be read once written.
            one.outcome = earlier == null ? null : new Outcome.Repeated(terms.claim(), earlier);
        } else if (outdated(order)) {
            one.outcome = new Outcome.Outdated();
        } else if (takenName(order).isPresent()) {
            one.outcome = takenName(order).get();
        } else if (addresses.lacking(order).isPresent()) {
            one.outcome = addresses.lacking(order).get();
        } else if (!one.placed()) {
            one.outcome = refusal(one);
        } else if (hostsAreAsSeen(one) && membersAllow(one)) {
            take(one);
            if (!one.admitted()) {
                groups.leave(order.wishes(), one.places);
            }
        }
        roomCameBack |= one.placed() && !one.admitted();
    }

    private boolean outdated(Order order) {
        return changed(order.tenant().id(), order.tenant().revision())
                || order.wishes().stream()
                        .anyMatch(wish ->
                                changed(wish.flavor().id(), wish.flavor().revision())
                                        || changed(wish.image().id(), wish.image().revision())
                                        || (wish.group() != null
                                                && changed(
                                                        wish.group().id(), wish.group().revision()))
                                        || (wish.networked()
                                                && changed(
                                                        wish.network().id(),
                                                        wish.network().revision())));
    }

    private boolean changed(UUID id, long revision) {
        return !Long.valueOf(revision).equals(revisions.get(id));
    }

    /** A host that was closed, or moved, or given to somebody since it was chosen, is to be chosen as it is now. */
    private boolean hostsAreAsSeen(AdmissionCase one) {
        for (int i = 0; i < one.places.size(); i++) {
            Chosen place = one.places.get(i);
            UUID host = place.host().id();
            SeenHost seen = means.mirror().host(host);
            boolean stands =
                    seen != null
                            && seen.schedulable()
                            && seen.host().equals(place.host())
                            && !changed(host, seen.revision())
                            && addresses.reach(one.order.wishes().get(i), host);
            if (!stands) {
                if (!revisions.containsKey(host)) {
                    means.mirror().forget(host);
                }
                lookAgain = true;
                return false;
            }
        }
        return true;
    }

    /** Members that came since the hosts were chosen, or whose hosts were moved, may not allow what was chosen. */
    private boolean membersAllow(AdmissionCase one) {
        boolean allowed = groups.join(one.order.wishes(), one.places);
        lookAgain |= !allowed;
        return allowed;
    }

    private Optional<Outcome.NameTaken> takenName(Order order) {
        return names(order)
                .filter(one ->
                        namesTaken.contains(key(one.kind(), order.tenant().id(), one.name())))
                .findFirst();
    }

    /** Each name that the order's resources would take. */
    private static Stream<Outcome.NameTaken> names(Order order) {
        return Stream.concat(
                order.wishes().stream()
                        .map(wish -> new Outcome.NameTaken(Kind.INSTANCE, wish.name())),
                order.volumes().map(volume -> new Outcome.NameTaken(Kind.VOLUME, volume.name())));
    }

    /** A limit is the better answer: it holds wherever there may be room. */
    private Outcome refusal(AdmissionCase one) {
        Optional<Outcome> over = overLimit(one);
        if (over.isPresent()) {
            return over.get();
        }
        if (roomCameBack) {
            return null;
        }
        return new Outcome.NoHost(
                one.homeless, one.places.size(), one.noHost.explanation().render());
    }

    /** The limit that does not allow all of the order. */
    private Optional<Outcome> overLimit(AdmissionCase one) {
        UUID tenant = one.order.tenant().id();
        List<Wish> wishes = one.order.wishes();
        return balances.overLimit(tenant, requests.sum(wishes))
                .map(limit -> new Outcome.Over(tenant, wishes.getFirst(), wishes.size(), limit));
    }

    private void take(AdmissionCase one) {
        Optional<Refusal> refusal = balances.take(one.takings);
        if (refusal.isPresent()) {
            if (refusal.get() instanceof OverLimit) {
                one.outcome = overLimit(one).orElseThrow();
            } else if (refusal.get() instanceof ProviderFull full) {
                one.outcome = poolFull(one.order, full);
                if (!balances.providers().contains(full.provider())) {
                    means.mirror().forget(full.provider());
                }
            }
            return;
        }
        addViews(one);
        Terms terms = one.order.terms();
        if (terms.planOnly() || terms.digest() != null) {
            Plan plan = means.plans().created(one.answer());
            if (terms.planOnly()) {
                one.outcome = new Outcome.Planned(plan);
            } else if (!plan.digest().equals(terms.digest())) {
                one.outcome = new Outcome.PlanStale(plan.digest());
            }
        }
        if (one.outcome == null) {
            one.outcome = new Outcome.Admitted(one.answer());
            names(one.order)
                    .forEach(it ->
                            namesTaken.add(key(it.kind(), one.order.tenant().id(), it.name())));
            if (terms.claim() != null) {
                answered.put(terms.claim().id(), null);
            }
        } else {
            balances.untake(one.takings);
            addresses.free(one);
        }
    }

    /** Another host would not help; null when it may. */
    private static Outcome poolFull(Order order, ProviderFull full) {
        return order.wishes().stream()
                .map(wish -> wish.flavor().root())
                .filter(root -> root != null && root.pool().equals(full.provider()))
                .findFirst()
                .map(root -> new Outcome.PoolFull(root, full))
                .orElse(null);
    }

    private void addViews(AdmissionCase one) {
        for (int i = 0; i < one.places.size(); i++) {
            Wish wish = one.order.wishes().get(i);
            Chosen place = one.places.get(i);
            Address address = addresses.assign(wish, means.mirror().host(place.host().id()));
            one.views.add(
                    wish.placed(
                            one.order.tenant().name(),
                            place,
                            address,
                            means.ledger().kinds().byName(requests.own(wish)),
                            now));
            one.volumes.addAll(wish.volumesPlaced(one.order.tenant().name(), place.host(), now));
        }
    }

    // --- Writing ---

    private void write(Connection connection, List<AdmissionCase> admitted) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        List<Taking> takings = new ArrayList<>();
        RoundTrip trip = new RoundTrip();
        for (AdmissionCase one : admitted) {
            takings.addAll(one.takings);
            for (int i = 0; i < one.views.size(); i++) {
                entries.add(
                        new Entry(
                                one.order,
                                one.order.wishes().get(i),
                                one.views.get(i),
                                one.host(i)));
            }
        }
        means.ledger().open(trip, takings, now);
        Set<UUID> networked = addresses.concerned(entries);
        AdmissionStore.insert(trip, entries, networked, now);
        AdmissionStore.insertVolumes(trip, entries, now);
        addresses.write(trip, entries);
        means.journal().write(trip, entries.stream().flatMap(Entry::noted).toList(), now);
        means.idempotency().remember(trip, answers(admitted));
        topics = topics(admitted, networked);
        means.wakeups().onCommit(trip, topics);
        trip.run(connection);
    }

    private Map<Idempotency.Claim, Idempotency.Earlier> answers(List<AdmissionCase> admitted) {
        Map<Idempotency.Claim, Idempotency.Earlier> answers = new HashMap<>();
        for (AdmissionCase one : admitted) {
            Idempotency.Claim claim = one.order.terms().claim();
            if (claim != null) {
                answers.put(claim, Resources.answered(claim, one.answer(), means.plans()));
            }
        }
        return answers;
    }

    private static Set<String> topics(List<AdmissionCase> admitted, Set<UUID> networked) {
        Set<String> topics = new HashSet<>();
        topics.add(Changes.FEED);
        admitted.forEach(
                one -> one.takings.forEach(taking -> topics.add(Fleet.topic(taking.provider()))));
        networked.forEach(host -> topics.add(Fleet.topic(host)));
        return topics;
    }

    // --- Afterwards ---

    /** What the locked rows said is newer than what the mirror believed. */
    private void correct() {
        for (UUID host : balances.providers()) {
            means.mirror().correct(host, balances.effective(host), balances.used(host));
        }
    }

    private static String key(Kind kind, UUID tenant, String name) {
        return kind + "/" + tenant + "/" + name;
    }

    private static <T> Set<UUID> all(Collection<T> items, Function<T, UUID> id) {
        Set<UUID> ids = new HashSet<>();
        items.forEach(item -> ids.add(id.apply(item)));
        return ids;
    }
}
