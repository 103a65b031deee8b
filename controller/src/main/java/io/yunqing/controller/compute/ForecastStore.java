package io.yunqing.controller.compute;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.FlavorSpec;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.StoredJson;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** What a forecast reads beside the fleet. */
final class ForecastStore {
    private ForecastStore() {}

    /**
     * An instance where it is.
     *
     * @param size what it takes and needs of a host
     * @param zone where it must be; anywhere when null
     */
    record Resident(UUID tenant, FlavorSpec size, String zone) {}

    /** The instances on some hosts, the largest first, as those are hardest to place. */
    static List<Resident> residents(Connection connection, Collection<UUID> hosts)
            throws SQLException {
        List<Resident> residents = new ArrayList<>();
        new RoundTrip()
                .read(
                        """
                        SELECT i.tenant_id, i.vcpus, i.memory_mib, i.root_disk_gib, i.spec ->> 'zone' AS zone, f.spec AS flavor
                        FROM instance i JOIN flavor f ON f.id = i.flavor_id
                        WHERE i.host_id = ANY (?) AND NOT i.deleted
                        ORDER BY i.memory_mib DESC, i.vcpus DESC, i.id
                        """,
                        row ->
                                residents.add(
                                        new Resident(
                                                row.getObject("tenant_id", UUID.class),
                                                sized(
                                                        flavor(row.getString("flavor")),
                                                        row.getInt("vcpus"),
                                                        row.getInt("memory_mib"),
                                                        row.getInt("root_disk_gib")),
                                                row.getString("zone"))),
                        hosts)
                .run(connection);
        return residents;
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
