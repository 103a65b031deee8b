package io.yunqing.controller.compute;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.Environment;
import io.yunqing.api.FlavorSpec;
import io.yunqing.api.PlacementGroupSpec;
import io.yunqing.controller.compute.Catalog.GroupEntry;
import io.yunqing.controller.placement.Resident;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.StoredJson;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** What a forecast reads beside the fleet. */
final class ForecastStore {
    private ForecastStore() {}

    /**
     * An instance where it is.
     *
     * @param tenantName whose it is
     * @param environment of its tenant
     * @param host where it is
     * @param size what it takes and needs of a host; its volumes count as its disk but for those of shared pools, as all others
     *     are where it is
     * @param zone where it must be, by its own wish or because shared pools of its volumes are of that zone; anywhere when null
     * @param pools the shared pools that its volumes are in
     * @param networked whether it is in a network of its tenant
     * @param group whose member it is; of none when null
     */
    record Placed(
            UUID id,
            String name,
            UUID host,
            UUID tenant,
            String tenantName,
            Environment environment,
            FlavorSpec size,
            String zone,
            Set<String> pools,
            boolean networked,
            GroupEntry group) {
        Resident resident(Requests requests, GroupBook book) {
            return new Resident(
                    id, host, requests.of(tenant, size, zone, pools, networked, group, book));
        }
    }

    /**
     * Who is where.
     *
     * @param placed all instances but those that are being deleted
     * @param groups the members of all groups, those that are being deleted too
     */
    record Population(List<Placed> placed, GroupBook groups) {
        List<Resident> residents(Requests requests) {
            return placed.stream().map(one -> one.resident(requests, groups)).toList();
        }
    }

    record NamedFlavor(String name, FlavorSpec spec) {}

    /** Everybody. */
    static Population population(Connection connection) throws SQLException {
        return population(connection, null);
    }

    /**
     * Those on one host, with the members of their groups wherever these are.
     *
     * @param host everybody when null
     */
    static Population population(Connection connection, UUID host) throws SQLException {
        Population all = new Population(new ArrayList<>(), new GroupBook());
        Set<UUID> groups = new HashSet<>();
        new RoundTrip()
                .read(
                        """
                        SELECT i.id, i.name, i.host_id, i.tenant_id, t.name AS tenant_name, t.spec ->> 'environment' AS environment,
                               i.vcpus, i.memory_mib, i.root_disk_gib + coalesce(v.local_gib, 0) AS disks_gib,
                               coalesce(i.spec ->> 'zone', v.zone) AS zone, coalesce(v.pools, '{}') AS pools, f.spec AS flavor,
                               i.deleted, i.network_id IS NOT NULL AS networked, g.id AS group_id, g.revision AS group_revision, g.name AS group_name, g.spec AS group_spec
                        FROM instance i JOIN flavor f ON f.id = i.flavor_id JOIN tenant t ON t.id = i.tenant_id
                        LEFT JOIN placement_group g ON g.id = i.group_id
                        LEFT JOIN (SELECT v.instance_id, sum(v.size_gib) FILTER (WHERE p.shared IS NOT TRUE) AS local_gib,
                                          max(z.name) FILTER (WHERE p.shared) AS zone, array_agg(DISTINCT p.name) FILTER (WHERE p.shared) AS pools
                                   FROM volume v LEFT JOIN pool p ON p.id = v.pool_id LEFT JOIN zone z ON z.id = p.zone_id
                                   WHERE v.instance_id IS NOT NULL GROUP BY 1) v ON v.instance_id = i.id
                        WHERE (NOT i.deleted OR g.id IS NOT NULL) AND (cast(? AS uuid) IS NULL OR i.host_id = cast(? AS uuid))
                        """,
                        row -> {
                            GroupEntry group = group(row);
                            if (group != null) {
                                groups.add(group.id());
                            }
                            if (!row.getBoolean("deleted")) {
                                all.placed.add(
                                        placed(row, row.getObject("host_id", UUID.class), group));
                            }
                        },
                        host,
                        host)
                .run(connection);
        RoundTrip members = new RoundTrip();
        all.groups.read(members, groups);
        members.run(connection);
        return all;
    }

    private static Placed placed(ResultSet row, UUID host, GroupEntry group) throws SQLException {
        return new Placed(
                row.getObject("id", UUID.class),
                row.getString("name"),
                host,
                row.getObject("tenant_id", UUID.class),
                row.getString("tenant_name"),
                Environment.valueOf(row.getString("environment")),
                sized(
                        json(row.getString("flavor"), FlavorSpec.class),
                        row.getInt("vcpus"),
                        row.getInt("memory_mib"),
                        row.getInt("disks_gib")),
                row.getString("zone"),
                Set.of((String[]) row.getArray("pools").getArray()),
                row.getBoolean("networked"),
                group);
    }

    private static GroupEntry group(ResultSet row) throws SQLException {
        UUID id = row.getObject("group_id", UUID.class);
        return id == null
                ? null
                : new GroupEntry(
                        id,
                        row.getLong("group_revision"),
                        GroupEntry.reference(
                                row.getString("tenant_name"), row.getString("group_name")),
                        json(row.getString("group_spec"), PlacementGroupSpec.class));
    }

    /** The flavor with most memory, of equals with most vCPUs; null without flavors. */
    static NamedFlavor largestFlavor(Connection connection) throws SQLException {
        List<NamedFlavor> largest = new ArrayList<>();
        new RoundTrip()
                .read(
                        """
                        SELECT name, spec FROM flavor
                        ORDER BY cast(spec ->> 'memoryMiB' AS bigint) DESC, cast(spec ->> 'vcpus' AS bigint) DESC, name LIMIT 1
                        """,
                        row ->
                                largest.add(
                                        new NamedFlavor(
                                                row.getString("name"),
                                                json(row.getString("spec"), FlavorSpec.class))))
                .run(connection);
        return largest.isEmpty() ? null : largest.getFirst();
    }

    /** What the flavor needs, in the size that the instance has. */
    private static FlavorSpec sized(FlavorSpec flavor, int vcpus, int memoryMiB, int disksGiB) {
        return new FlavorSpec(
                flavor.displayName(),
                vcpus,
                memoryMiB,
                disksGiB,
                flavor.traits(),
                flavor.singleNuma(),
                null);
    }

    private static <T> T json(String text, Class<T> type) {
        try {
            return StoredJson.MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
