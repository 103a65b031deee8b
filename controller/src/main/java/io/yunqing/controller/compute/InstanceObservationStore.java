package io.yunqing.controller.compute;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.Fault;
import io.yunqing.api.Power;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.InstanceSize;
import io.yunqing.controller.compute.InstanceLifecycle.Desired;
import io.yunqing.controller.platform.Sql;
import io.yunqing.controller.platform.StoredJson;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/** What hosts said of their instances, read and written a host at a time. */
@ApplicationScoped
class InstanceObservationStore {
    private final Sql sql;

    InstanceObservationStore(Sql sql) {
        this.sql = sql;
    }

    /**
     * An instance as it should be and as it was last seen.
     *
     * @param observed null before its host said anything of it
     */
    record Seen(
            UUID id,
            String tenant,
            String name,
            long revision,
            long epoch,
            long hostRevision,
            Desired desired,
            InstanceObserved observed) {}

    List<Seen> onHost(UUID host) {
        return sql.run(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            SELECT i.id, t.name AS tenant, i.name, i.revision, i.epoch, i.host_revision, i.deleted,
                                   coalesce(i.spec ->> 'power', 'RUNNING') AS power, cast(i.spec ->> 'boot' AS int) AS boot,
                                   o.epoch AS seen_epoch, o.boot AS seen_boot, o.state, o.reason, o.step, o.fault,
                                   o.vcpus AS seen_vcpus, o.memory_mib AS seen_memory
                            FROM instance i
                            JOIN tenant t ON t.id = i.tenant_id
                            LEFT JOIN instance_observation o ON o.instance_id = i.id
                            WHERE i.host_id = ?
                            """)) {
                statement.setObject(1, host);
                List<Seen> found = new ArrayList<>();
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        found.add(seen(row));
                    }
                }
                return found;
            }
        });
    }

    void keep(List<InstanceObserved> observed) {
        if (observed.isEmpty()) {
            return;
        }
        sql.run(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            INSERT INTO instance_observation (instance_id, epoch, boot, state, reason, step, fault, vcpus, memory_mib)
                            SELECT * FROM unnest(?::uuid[], ?::bigint[], ?::int[], ?::text[], ?::text[], ?::text[], ?::jsonb[], ?::int[], ?::bigint[])
                            ON CONFLICT (instance_id) DO UPDATE
                                SET epoch = excluded.epoch, boot = excluded.boot, state = excluded.state, reason = excluded.reason,
                                    step = excluded.step, fault = excluded.fault, vcpus = excluded.vcpus, memory_mib = excluded.memory_mib
                            """)) {
                array(statement, 1, "uuid", observed, InstanceObserved::id);
                array(statement, 2, "bigint", observed, InstanceObserved::epoch);
                array(statement, 3, "int", observed, InstanceObserved::boot);
                array(statement, 4, "text", observed, one -> one.state().name());
                array(statement, 5, "text", observed, InstanceObserved::reason);
                array(statement, 6, "text", observed, InstanceObserved::step);
                array(statement, 7, "jsonb", observed, one -> json(one.fault()));
                array(statement, 8, "int", observed, one -> size(one, InstanceSize::vcpus));
                array(statement, 9, "bigint", observed, one -> size(one, InstanceSize::memoryMiB));
                return statement.executeUpdate();
            }
        });
    }

    /** The host has nothing left of these: those that are another one's now it need not be told of any more. */
    void departed(UUID host, Collection<UUID> instances) {
        if (instances.isEmpty()) {
            return;
        }
        sql.run(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            "DELETE FROM instance_departure WHERE host_id = ? AND instance_id = ANY (?)")) {
                statement.setObject(1, host);
                statement.setArray(2, connection.createArrayOf("uuid", instances.toArray()));
                return statement.executeUpdate();
            }
        });
    }

    /** Takes the instances away, with all that hangs on them; returns the networks that they were in. */
    Set<UUID> remove(Collection<UUID> instances) {
        return sql.run(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            "DELETE FROM instance WHERE id = ANY (?) RETURNING network_id")) {
                statement.setArray(1, connection.createArrayOf("uuid", instances.toArray()));
                Set<UUID> networks = new HashSet<>();
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        UUID network = row.getObject("network_id", UUID.class);
                        if (network != null) {
                            networks.add(network);
                        }
                    }
                }
                return networks;
            }
        });
    }

    private static void array(
            PreparedStatement statement,
            int index,
            String type,
            List<InstanceObserved> observed,
            Function<InstanceObserved, Object> value)
            throws SQLException {
        Object[] values = observed.stream().map(value).toArray();
        statement.setArray(index, statement.getConnection().createArrayOf(type, values));
    }

    private static Seen seen(ResultSet row) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        String state = row.getString("state");
        return new Seen(
                id,
                row.getString("tenant"),
                row.getString("name"),
                row.getLong("revision"),
                row.getLong("epoch"),
                row.getLong("host_revision"),
                new Desired(
                        Power.valueOf(row.getString("power")),
                        row.getInt("boot"),
                        row.getBoolean("deleted")),
                state == null
                        ? null
                        : new InstanceObserved(
                                id,
                                row.getLong("seen_epoch"),
                                row.getInt("seen_boot"),
                                DomainState.valueOf(state),
                                row.getString("reason"),
                                row.getString("step"),
                                fault(row.getString("fault")),
                                InstanceSightings.size(
                                        row.getObject("seen_vcpus", Integer.class),
                                        row.getLong("seen_memory"))));
    }

    private static Object size(InstanceObserved observed, Function<InstanceSize, Object> part) {
        return observed.size() == null ? null : part.apply(observed.size());
    }

    private static Fault fault(String json) {
        try {
            return json == null ? null : StoredJson.MAPPER.readValue(json, Fault.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String json(Fault fault) {
        try {
            return fault == null ? null : StoredJson.MAPPER.writeValueAsString(fault);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
