package io.yunqing.controller.fleet;

import io.yunqing.api.HostState;
import io.yunqing.controller.platform.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Which hosts are no longer what was last told of them. */
@ApplicationScoped
class HostWatchStore {
    private final Sql sql;

    HostWatchStore(Sql sql) {
        this.sql = sql;
    }

    /**
     * A host whose state is another one now.
     *
     * @param before what was last told, or null
     */
    record Judged(UUID id, String name, long revision, HostState before, HostState now) {}

    long hosts() {
        return sql.run(connection -> {
            try (PreparedStatement statement =
                            connection.prepareStatement("SELECT count(*) FROM host");
                    ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    /**
     * Notes the new state of hosts that have one; who is at work on a host's row, a report or another replica, leaves it for
     * the next time.
     */
    List<Judged> judge(AgentPolicy.Bounds bounds, int most) {
        return sql.run(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            WITH judged AS (
                                SELECT o.host_id, o.announced_state AS before, j.now
                                FROM host_observation o
                                CROSS JOIN LATERAL (
                                    SELECT CASE WHEN o.fence_id IS NOT NULL THEN 'FENCED'
                                                WHEN o.received_at >= ? THEN 'CURRENT'
                                                WHEN o.received_at >= ? THEN 'LATE'
                                                ELSE 'UNREACHABLE' END AS now) j
                                WHERE o.received_at IS NOT NULL
                                  AND o.announced_state IS DISTINCT FROM j.now AND (j.now = 'CURRENT' OR ?)
                                LIMIT ?
                                FOR NO KEY UPDATE OF o SKIP LOCKED)
                            UPDATE host_observation o SET announced_state = j.now
                            FROM judged j JOIN host h ON h.id = j.host_id
                            WHERE o.host_id = j.host_id
                            RETURNING h.id, h.name, h.revision, j.before, j.now
                            """)) {
                statement.setObject(1, Sql.timestamp(bounds.currentSince()));
                statement.setObject(2, Sql.timestamp(bounds.reachableSince()));
                statement.setBoolean(3, bounds.silenceCounts());
                statement.setInt(4, most);
                List<Judged> found = new ArrayList<>();
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        found.add(judged(row));
                    }
                }
                return found;
            }
        });
    }

    private static Judged judged(ResultSet row) throws SQLException {
        String before = row.getString("before");
        return new Judged(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getLong("revision"),
                before == null ? null : HostState.valueOf(before),
                HostState.valueOf(row.getString("now")));
    }
}
