package io.yunqing.controller.ledger;

import io.yunqing.controller.ledger.Ledger.InForce;
import io.yunqing.controller.ledger.Ledger.Promise;
import io.yunqing.controller.ledger.Ledger.Term;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Classes of providers and the terms by which they promise. Each method works in the connection's transaction.
 *
 * <p>Classes come after providers in the order of locks: a report gives allocations back before it brings an inventory, and
 * only then needs to know its class.
 */
final class TermStore {
    private static final String NOTHING = "null";

    private TermStore() {}

    static void openClass(Connection connection, UUID id) throws SQLException {
        new RoundTrip().write("INSERT INTO provider_class (id) VALUES (?)", id).run(connection);
    }

    static void dropClass(Connection connection, UUID id) throws SQLException {
        new RoundTrip().write("DELETE FROM provider_class WHERE id = ?", id).run(connection);
    }

    /** Puts other terms in the place of a class's. */
    static void setTerms(
            Connection connection, ResourceKinds kinds, UUID id, List<Term> terms, Instant now)
            throws SQLException {
        RoundTrip trip = new RoundTrip();
        lockProviders(trip, List.of(id));
        trip.write("SELECT FROM provider_class WHERE id = ? FOR NO KEY UPDATE", id)
                .write("DELETE FROM provider_term WHERE class_id = ?", id);
        for (Term term : terms) {
            trip.write(
                    """
                    INSERT INTO provider_term
                    VALUES (?, coalesce(cast(? AS timestamptz), '-infinity'), cast(? AS bigint[]), cast(? AS numeric[]))
                    """,
                    id,
                    term.from(),
                    reserved(kinds, term.promises()),
                    ratios(kinds, term.promises()));
        }
        trip.run(connection);
        var _ = settle(connection, List.of(id), now);
    }

    /**
     * Lets the terms begin whose time has come, also when the clock was set back.
     *
     * @return the classes in which another term holds now
     */
    static List<UUID> settleDue(Connection connection, Instant now) throws SQLException {
        String due =
                """
                SELECT id FROM provider_class c
                WHERE (c.due <= cast(? AS timestamptz)
                       OR ledger_moment(c.settled, cast(? AS timestamptz)) < c.settled
                          AND EXISTS (SELECT FROM provider_term t WHERE t.class_id = c.id AND isfinite(t.begins)))
                """;
        List<UUID> candidates = new ArrayList<>();
        new RoundTrip()
                .read(due, row -> candidates.add(LedgerStore.id(row, "id")), now, now)
                .run(connection);
        if (candidates.isEmpty()) {
            return candidates;
        }
        // Another replica may have been faster: what counts is what is due once it is locked.
        List<UUID> classes = new ArrayList<>();
        RoundTrip locks = new RoundTrip();
        lockProviders(locks, candidates);
        locks.read(
                        due + " AND id = ANY (?) ORDER BY id FOR NO KEY UPDATE",
                        row -> classes.add(LedgerStore.id(row, "id")),
                        now,
                        now,
                        candidates)
                .run(connection);
        return settle(connection, classes, now);
    }

    private static void lockProviders(RoundTrip trip, Collection<UUID> classes) {
        trip.write(
                "SELECT FROM provider WHERE class_id = ANY (?) ORDER BY id FOR NO KEY UPDATE",
                classes);
    }

    /**
     * Works out which terms of some locked classes hold, and what their providers may promise by them.
     *
     * @return the classes in which another term holds than before
     */
    private static List<UUID> settle(Connection connection, Collection<UUID> classes, Instant now)
            throws SQLException {
        List<UUID> changed = new ArrayList<>();
        new RoundTrip()
                .read(
                        """
                        UPDATE provider_class c
                        SET reserved = coalesce(t.reserved, '{}'), ratio = coalesce(t.ratio, '{}'), begun = t.begins,
                            settled = m.moment,
                            due = (SELECT min(n.begins) FROM provider_term n WHERE n.class_id = c.id AND n.begins > m.moment)
                        FROM provider_class o
                        CROSS JOIN LATERAL ledger_moment(o.settled, cast(? AS timestamptz)) AS m (moment)
                        LEFT JOIN LATERAL (SELECT * FROM provider_term b WHERE b.class_id = o.id AND b.begins <= m.moment
                                           ORDER BY b.begins DESC LIMIT 1) t ON true
                        WHERE c.id = o.id AND c.id = ANY (?)
                        RETURNING c.id, c.begun IS DISTINCT FROM o.begun AS changed
                        """,
                        row -> {
                            if (row.getBoolean("changed")) {
                                changed.add(LedgerStore.id(row, "id"));
                            }
                        },
                        now,
                        classes)
                .write(
                        """
                        UPDATE provider p
                        SET reserved = ledger_said(p.own_reserved, c.reserved, 0::bigint),
                            ratio = ledger_said(p.own_ratio, c.ratio, 1::numeric)
                        FROM provider_class c
                        WHERE c.id = p.class_id AND c.id = ANY (?)
                          AND (p.reserved, p.ratio) IS DISTINCT FROM (ledger_said(p.own_reserved, c.reserved, 0::bigint),
                                                                      ledger_said(p.own_ratio, c.ratio, 1::numeric))
                        """,
                        classes)
                .run(connection);
        return changed;
    }

    static Map<UUID, InForce> inForce(Connection connection, Collection<UUID> classes)
            throws SQLException {
        Map<UUID, InForce> found = new HashMap<>();
        new RoundTrip()
                .read(
                        """
                        SELECT id, begun IS NOT NULL AS any, CASE WHEN isfinite(begun) THEN begun END AS begun, due
                        FROM provider_class WHERE id = ANY (?)
                        """,
                        row ->
                                found.put(
                                        LedgerStore.id(row, "id"),
                                        new InForce(
                                                row.getBoolean("any"),
                                                Sql.instant(
                                                        row.getObject(
                                                                "begun", OffsetDateTime.class)),
                                                Sql.instant(
                                                        row.getObject(
                                                                "due", OffsetDateTime.class)))),
                        classes)
                .run(connection);
        return found;
    }

    /** What is kept back of each kind, as an array in its text form; null where that is not said. */
    static String reserved(ResourceKinds kinds, Map<String, Promise> promises) {
        return said(
                kinds,
                promises,
                promise ->
                        promise.reserved() == null ? NOTHING : Long.toString(promise.reserved()));
    }

    /** How many times each kind is promised, as an array in its text form; null where that is not said. */
    static String ratios(ResourceKinds kinds, Map<String, Promise> promises) {
        return said(
                kinds,
                promises,
                promise -> promise.ratio() == null ? NOTHING : promise.ratio().toPlainString());
    }

    private static String said(
            ResourceKinds kinds, Map<String, Promise> promises, Function<Promise, String> part) {
        return kinds.names().stream()
                .map(kind -> promises.containsKey(kind) ? part.apply(promises.get(kind)) : NOTHING)
                .collect(Collectors.joining(",", "{", "}"));
    }
}
