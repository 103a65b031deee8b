package io.yunqing.examples.fleet;

import io.yunqing.examples.cloud.Rest;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * A cloud in the database that nobody ever asked for: thousands of hosts and many more instances, put in by statements that
 * keep the books as an admission would. There is no agent behind the hosts.
 */
final class Population {
    static final int ZONES = 3;
    static final int TENANTS = 50;
    static final int FLAVORS = 40;

    /** So many allocations are posted by one statement. */
    private static final int AT_ONCE = 10_000;

    private static final String[] HOSTS = {
        """
        INSERT INTO host (id, name, revision, created, labels, spec, zone_id)
        SELECT gen_random_uuid(), 'host-' || lpad(n::text, 6, '0'), 1, now(), '{}',
               jsonb_build_object('zone', z.name, 'rack', 'rack-' || n / 40), z.id
        FROM generate_series(1, %1$d) AS n JOIN zone z ON z.name = 'zone-' || n %% 3 + 1
        """,
        "INSERT INTO host_desired (host_id) SELECT id FROM host",
        """
        INSERT INTO host_observation (host_id, received_at, complete, inventory)
        SELECT id, now(), true, jsonb_build_object(
                   'hostname', name, 'cpus', 64, 'memoryMiB', 262144, 'accelerator', 'kvm', 'architecture', 'x86_64',
                   'hypervisor', 'QEMU 7.2.0, libvirt 9.0.0', 'agentVersion', '0.1.0',
                   'pools', '[{"name": "default", "type": "dir", "capacityGiB": 8000, "availableGiB": 8000}]'::jsonb,
                   'network', '{"bridge": "br0", "subnet": "10.0.0.0/20", "gateway": "10.0.0.1"}'::jsonb)
        FROM host
        """,
        """
        INSERT INTO provider (id, kind, capacity, reserved, ratio)
        SELECT h.id, 'host',
               array_agg(coalesce((c.amounts ->> k.name)::bigint, 0) ORDER BY k.position),
               array_agg(0::bigint), array_agg(1::numeric)
        FROM host h CROSS JOIN resource_kind k
        CROSS JOIN (SELECT '{"vcpus": 64, "memoryMiB": 262144, "storageGiB": 8000, "addresses": 4000}'::jsonb AS amounts) c
        GROUP BY h.id
        """,
    };

    private static final String[] INSTANCES = {
        """
        CREATE TEMPORARY TABLE numbered_host AS
        SELECT id, name, row_number() OVER (ORDER BY name) - 1 AS n FROM host
        """,
        """
        CREATE TEMPORARY TABLE numbered AS
        SELECT n, n / 10 %% %2$d AS host, n %% 50 + 1 AS tenant, least(40, 1 + floor(-5 * ln(random()))::int) AS flavor
        FROM generate_series(0, %1$d - 1) AS n
        """,
        """
        INSERT INTO instance (id, name, revision, created, labels, spec, tenant_id, flavor_id, image_id, host_id, epoch,
                              host_revision, vcpus, memory_mib, root_disk_gib, mac, placement)
        SELECT gen_random_uuid(), 'vm-' || lpad(i.n::text, 7, '0'), 1, now(),
               CASE WHEN i.n %% 1000 = 0 THEN '{"tier": "rare"}'::jsonb
                    ELSE jsonb_build_object('tier', CASE WHEN i.n %% 3 = 0 THEN 'db' ELSE 'web' END) END,
               jsonb_build_object('flavor', f.name, 'image', 'simulated'),
               t.id, f.id, m.id, h.id, 1, 1, 1, 1024, 10, '52:54:00:00:00:00',
               jsonb_build_object('host', h.name, 'hostsSeen', %2$d, 'turnedAway', '{}'::jsonb, 'best',
                   jsonb_build_array(jsonb_build_object('host', h.name, 'score', 0.91,
                       'terms', '{"packing": 0.51, "balance": 0.3, "spread": 0.1}'::jsonb)))
        FROM numbered i
        JOIN numbered_host h ON h.n = i.host
        JOIN tenant t ON t.name = 'tenant-' || i.tenant
        JOIN flavor f ON f.name = 'flavor-' || i.flavor
        CROSS JOIN image m
        """,
        """
        INSERT INTO instance_observation (instance_id, epoch, state)
        SELECT id, 1, CASE WHEN name LIKE '%%999' THEN 'SHUTOFF' ELSE 'RUNNING' END FROM instance
        """,
        """
        INSERT INTO address (place_id, ip, instance_id)
        SELECT host_id, set_masklen('10.0.0.1'::inet + row_number() OVER (PARTITION BY host_id), 20), id FROM instance
        """,
        """
        INSERT INTO event (at, kind, tenant, name, object_id, type, actor, message, revision)
        SELECT i.created, 'Instance', t.name, i.name, i.id, 'created', 'operator', 'Instance ' || i.name, 1
        FROM instance i JOIN tenant t ON t.id = i.tenant_id
        """,
    };

    private Population() {}

    /** What people make themselves comes through the front door. */
    static void nouns(Rest rest) throws IOException {
        for (int zone = 1; zone <= ZONES; zone++) {
            create(rest, "zones", "zone-" + zone, "{}");
        }
        create(rest, "departments", "city", "{}");
        create(
                rest,
                "applications",
                "city",
                "{\"department\":\"city\",\"securityGrade\":3,\"networkZone\":\"EXTRANET\"}");
        for (int tenant = 1; tenant <= TENANTS; tenant++) {
            create(
                    rest,
                    "tenants",
                    "tenant-" + tenant,
                    """
                    {"application":"city","environment":"TEST",
                     "limits":{"vcpus":1000000,"memoryMiB":1000000000,"storageGiB":10000000}}
                    """);
        }
        for (int flavor = 1; flavor <= FLAVORS; flavor++) {
            create(
                    rest,
                    "flavors",
                    "flavor-" + flavor,
                    "{\"vcpus\":1,\"memoryMiB\":1024,\"rootDiskGiB\":10}");
        }
        create(
                rest,
                "images",
                "simulated",
                "{\"url\":\"file:///simulated\",\"sha256\":\"%s\",\"format\":\"QCOW2\",\"minDiskGiB\":1}"
                        .formatted("0".repeat(64)));
    }

    private static void create(Rest rest, String nouns, String name, String spec)
            throws IOException {
        String body = "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name, spec);
        Rest.Answer answer = rest.send("POST", "/v1/" + nouns, Map.of(), body);
        if (answer.status() != 201) {
            throw new IOException(nouns + "/" + name + ": " + answer);
        }
    }

    static void rows(Connection database, int hosts, int instances) throws SQLException {
        try (Statement statement = database.createStatement()) {
            for (String sql : HOSTS) {
                statement.execute(sql.formatted(hosts));
            }
            for (String sql : INSTANCES) {
                statement.execute(sql.formatted(instances, hosts));
            }
            for (int from = 0; from < instances; from += AT_ONCE) {
                statement.execute(
                        """
                        INSERT INTO allocation (consumer_id, provider_id, owner_id, amounts, opened)
                        SELECT i.id, i.host_id, i.tenant_id,
                               (SELECT array_agg(CASE k.name WHEN 'vcpus' THEN i.vcpus WHEN 'memoryMiB' THEN i.memory_mib
                                                             WHEN 'storageGiB' THEN i.root_disk_gib ELSE 1 END ORDER BY k.position)
                                FROM resource_kind k WHERE k.name IN ('vcpus', 'memoryMiB', 'storageGiB', 'addresses')),
                               i.created
                        FROM (SELECT * FROM instance ORDER BY name OFFSET %d LIMIT %d) i
                        """
                                .formatted(from, AT_ONCE));
            }
            statement.execute("VACUUM ANALYZE");
        }
    }
}
