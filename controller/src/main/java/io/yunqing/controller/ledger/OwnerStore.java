package io.yunqing.controller.ledger;

import io.yunqing.api.Usage;
import io.yunqing.controller.ledger.Ledger.Grant;
import io.yunqing.controller.ledger.Ledger.OverGiven;
import io.yunqing.controller.platform.RoundTrip;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Owners and what they are granted. Each method works in the connection's transaction. */
final class OwnerStore {
    private OwnerStore() {}

    static void openOwner(Connection connection, UUID owner, UUID parent, boolean strict)
            throws SQLException {
        new RoundTrip()
                .write(
                        """
                        INSERT INTO quota_owner (id, parent_id, strict, granted)
                        VALUES (?, ?, ?, ledger_granted(NULL, ?, NULL))
                        """,
                        owner,
                        parent,
                        strict,
                        strict)
                .run(connection);
    }

    static void moveOwner(Connection connection, UUID owner, UUID parent) throws SQLException {
        new RoundTrip()
                .write("UPDATE quota_owner SET parent_id = ? WHERE id = ?", parent, owner)
                .run(connection);
    }

    static void dropOwner(Connection connection, UUID owner) throws SQLException {
        new RoundTrip().write("DELETE FROM quota_owner WHERE id = ?", owner).run(connection);
    }

    static void setGrants(Connection connection, UUID owner, List<Grant> grants)
            throws SQLException {
        RoundTrip trip =
                new RoundTrip()
                        .write("SELECT FROM quota_owner WHERE id = ? FOR NO KEY UPDATE", owner)
                        .write("DELETE FROM quota_grant WHERE owner_id = ?", owner);
        for (Grant grant : grants) {
            grant.amounts()
                    .forEach((resource, amount) ->
                            trip.write(
                                    "INSERT INTO quota_grant VALUES (?, ?, ?, tstzrange(?, ?))",
                                    owner,
                                    resource,
                                    amount,
                                    grant.from(),
                                    grant.until()));
        }
        trip.run(connection);
    }

    /** Works out what the grants of some owners add up to at a moment. */
    static void settle(Connection connection, Collection<UUID> owners, Instant now)
            throws SQLException {
        new RoundTrip()
                .write(
                        """
                        UPDATE quota_owner o
                        SET granted = ledger_granted(o.id, o.strict, cast(? AS timestamptz)), settled = cast(? AS timestamptz),
                            due = (SELECT min(edge)
                                   FROM quota_grant g, unnest(ARRAY[lower(g.valid), upper(g.valid)]) AS edge
                                   WHERE g.owner_id = o.id AND edge > cast(? AS timestamptz))
                        WHERE id = ANY (?)
                        """,
                        now,
                        now,
                        now,
                        owners)
                .run(connection);
    }

    /** Owners for whom a grant has begun or ended since, also when the clock went back. */
    static List<UUID> due(Connection connection, Instant now) throws SQLException {
        List<UUID> due = new ArrayList<>();
        new RoundTrip()
                .write("SELECT ledger_keep_tree()")
                .read(
                        """
                        SELECT o.id FROM quota_owner o
                        WHERE o.due <= cast(? AS timestamptz)
                           OR o.settled > cast(? AS timestamptz)
                              AND EXISTS (SELECT FROM quota_grant g WHERE g.owner_id = o.id AND NOT g.valid = '(,)')
                        ORDER BY NOT o.strict, o.id FOR NO KEY UPDATE
                        """,
                        row -> due.add(LedgerStore.id(row, "id")),
                        now,
                        now)
                .run(connection);
        return due;
    }

    static Map<UUID, Map<String, Usage>> limits(
            Connection connection, ResourceKinds kinds, Collection<UUID> owners)
            throws SQLException {
        return LedgerStore.usages(
                connection,
                kinds,
                "SELECT id, granted AS most, used FROM quota_owner WHERE id = ANY (?)",
                owners);
    }

    static Map<String, Usage> limits(Connection connection, ResourceKinds kinds, UUID owner)
            throws SQLException {
        return limits(connection, kinds, List.of(owner)).get(owner);
    }

    /** The owner above who has given more than it has, if {@code owner} got too much. */
    static Optional<OverGiven> overGiven(Connection connection, UUID owner) throws SQLException {
        List<OverGiven> found = new ArrayList<>();
        new RoundTrip()
                .read(
                        """
                        SELECT a.id, k.name, a.granted[k.position] AS granted, sum(d.granted[k.position])::bigint AS given
                        FROM quota_owner o
                        JOIN quota_owner a ON a.id = ANY (o.path[2:])
                        JOIN resource_kind k ON k.quota AND a.granted[k.position] < ledger_unlimited()
                        JOIN quota_owner d ON d.path @> ARRAY[a.id] AND d.id <> a.id AND d.granted[k.position] < ledger_unlimited()
                        WHERE o.id = ?
                          AND NOT EXISTS (SELECT FROM quota_owner m
                                          WHERE m.id = ANY (d.path[2:]) AND m.path @> ARRAY[a.id] AND m.id <> a.id
                                            AND m.granted[k.position] < ledger_unlimited())
                        GROUP BY a.id, k.name, a.granted[k.position], cardinality(a.path)
                        HAVING sum(d.granted[k.position]) > a.granted[k.position]
                        ORDER BY cardinality(a.path) DESC, k.name
                        LIMIT 1
                        """,
                        row ->
                                found.add(
                                        new OverGiven(
                                                LedgerStore.id(row, "id"),
                                                row.getString("name"),
                                                row.getLong("granted"),
                                                row.getLong("given"))),
                        owner)
                .run(connection);
        return found.stream().findFirst();
    }
}
