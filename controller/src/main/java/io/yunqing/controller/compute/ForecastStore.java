package io.yunqing.controller.compute;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.FlavorSpec;
import io.yunqing.controller.placement.Resident;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.StoredJson;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What a forecast reads beside the fleet. */
final class ForecastStore {
    private ForecastStore() {}

    /**
     * An instance where it is.
     *
     * @param tenantName whose it is
     * @param host where it is
     * @param size what it takes and needs of a host
     * @param zone where it must be; anywhere when null
     */
    record Placed(
            UUID id,
            String name,
            UUID host,
            UUID tenant,
            String tenantName,
            FlavorSpec size,
            String zone) {
        Resident resident(Requests requests) {
            return new Resident(id, host, requests.of(tenant, size, zone));
        }
    }

    record NamedFlavor(String name, FlavorSpec spec) {}

    /** All instances but those that are being deleted. */
    static List<Placed> residents(Connection connection) throws SQLException {
        List<Placed> residents = new ArrayList<>();
        new RoundTrip()
                .read(
                        """
                        SELECT i.id, i.name, i.host_id, i.tenant_id, t.name AS tenant_name, i.vcpus, i.memory_mib, i.root_disk_gib, i.spec ->> 'zone' AS zone, f.spec AS flavor
                        FROM instance i JOIN flavor f ON f.id = i.flavor_id JOIN tenant t ON t.id = i.tenant_id
                        WHERE NOT i.deleted
                        """,
                        row ->
                                residents.add(
                                        new Placed(
                                                row.getObject("id", UUID.class),
                                                row.getString("name"),
                                                row.getObject("host_id", UUID.class),
                                                row.getObject("tenant_id", UUID.class),
                                                row.getString("tenant_name"),
                                                sized(
                                                        flavor(row.getString("flavor")),
                                                        row.getInt("vcpus"),
                                                        row.getInt("memory_mib"),
                                                        row.getInt("root_disk_gib")),
                                                row.getString("zone"))))
                .run(connection);
        return residents;
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
                                                flavor(row.getString("spec")))))
                .run(connection);
        return largest.isEmpty() ? null : largest.getFirst();
    }

    /** What the flavor needs, in the size that the instance was made with. */
    private static FlavorSpec sized(FlavorSpec flavor, int vcpus, int memoryMiB, int rootDiskGiB) {
        return new FlavorSpec(
                flavor.displayName(),
                vcpus,
                memoryMiB,
                rootDiskGiB,
                flavor.traits(),
                flavor.singleNuma());
    }

    private static FlavorSpec flavor(String json) {
        try {
            return StoredJson.MAPPER.readValue(json, FlavorSpec.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
