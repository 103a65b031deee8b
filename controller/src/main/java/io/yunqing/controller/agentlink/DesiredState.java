package io.yunqing.controller.agentlink;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.ImageSpec;
import io.yunqing.api.ImageStage;
import io.yunqing.api.InstanceSpec;
import io.yunqing.api.NetworkSpec;
import io.yunqing.api.Power;
import io.yunqing.api.RepositorySpec;
import io.yunqing.api.TierSpec;
import io.yunqing.api.WipePolicy;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.ConsoleDesired;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.ImageDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.InstanceDesired.Nic;
import io.yunqing.api.agent.InstanceDesired.Seed;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.api.agent.Machine;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.NetworkDesired.Port;
import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.api.agent.RepositoryPlace;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.controller.agentlink.AgentIdentity.Claim;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Signals;
import io.yunqing.controller.platform.Sql;
import io.yunqing.controller.platform.StoredJson;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What a host should be, in the words of the protocol. */
@ApplicationScoped
class DesiredState {
    private final Sql sql;
    private final Transactions transactions;
    private final Signals signals;
    private final InstantSource clock;

    DesiredState(Sql sql, Transactions transactions, Signals signals, InstantSource clock) {
        this.sql = sql;
        this.transactions = transactions;
        this.signals = signals;
        this.clock = clock;
    }

    /**
     * All that changed behind a revision; everything when it is 0, or newer than the host's own, as it is after the database was
     * restored. Waits until there is something, or patience ends.
     *
     * @throws ProblemException if the caller is not the present agent of a host
     */
    HostDesired behind(AgentIdentity agent, long after, Duration patience)
            throws InterruptedException {
        String topic = Fleet.topic(agent.claim().host());
        Instant end = clock.instant().plus(patience);
        while (true) {
            long seen = signals.count(topic);
            HostDesired desired = behind(agent, after);
            if (desired.complete() || desired.revision() != after) {
                return desired;
            }
            signals.await(topic, seen, Duration.between(clock.instant(), end));
            boolean called = signals.count(topic) != seen;
            if (!called || !clock.instant().isBefore(end) || signals.ended()) {
                // Had a call been lost, the next poll begins with a look.
                return desired;
            }
        }
    }

    private HostDesired behind(AgentIdentity agent, long after) {
        Claim claim = agent.claim();
        return read(claim, after)
                .orElseGet(() -> {
                    // Either its agent is refused with a reason, or it was enrolled this moment.
                    transactions.read(agent::host);
                    return read(claim, after).orElseThrow();
                });
    }

    /** In one statement, so that a host's revision and its instances are of one moment; nothing if the key is not the host's. */
    private Optional<HostDesired> read(Claim claim, long after) {
        List<HostDesired> found = new ArrayList<>(1);
        Object[] values = new Object[20];
        Arrays.fill(values, 0, 18, after);
        values[18] = claim.host();
        values[19] = claim.keySha256();
        RoundTrip trip =
                new RoundTrip().byKeys().read(BEHIND, row -> found.add(host(row, after)), values);
        return sql.run(connection -> {
            trip.run(connection);
            return found.stream().findFirst();
        });
    }

    /** Where a pool {@code p} is for the host {@code o}, in SQL. It is marked once a host that sees the same has said so. */
    private static final String POOL =
            """
            json_build_object('id', p.id, 'name', p.name, 'url', p.spec ->> 'url', 'shared', p.shared, 'used', EXISTS (
                SELECT FROM pool_host m WHERE m.pool_id = p.id AND m.mark IS NOT NULL AND (p.shared OR m.host_id = o.host_id)))\
            """;

    /**
     * Where a repository {@code p} is, in SQL.
     *
     * @param used whether it has backups
     */
    private static String place(String used) {
        return """
        json_build_object('id', p.id, 'name', p.name, 'used', %s,
            'url', CASE WHEN p.spec ->> 'bucket' IS NULL THEN p.spec ->> 'url' ELSE '%s' END,
            'bucket', CASE WHEN p.spec ->> 'bucket' IS NOT NULL THEN json_build_object(
                'endpoint', p.spec ->> 'url', 'name', p.spec ->> 'bucket', 'prefix', p.spec ->> 'prefix',
                'region', coalesce(p.spec ->> 'region', '%s'),
                'pathStyle', coalesce(cast(p.spec ->> 'pathStyle' AS boolean), true)) END)\
        """
                .formatted(used, RepositoryPlace.NO_FOLDER, RepositorySpec.REGION);
    }

    /**
     * Of a host and an agent's key, all that is behind a revision, which is given eighteen times. Planned anew each time it would take
     * several times as long as it runs.
     */
    private static final String BEHIND =
            """
            SELECT d.revision, h.name AS host, k.vni, d.networks_revision,
                   CASE WHEN k.id IS NULL THEN o.inventory -> 'network' ->> 'gateway' ELSE k.spec ->> 'gateway' END AS gateway,
                   i.id, i.name, t.name AS tenant, i.host_revision, i.epoch, i.deleted, i.spec,
                   i.vcpus, i.memory_mib, i.root_disk_gib, i.mac, m.name AS image, m.spec AS image_spec,
                   x.name AS rescue, x.spec AS rescue_spec, z.spec ->> 'cpuModel' AS cpu_model,
                   host(a.ip) || '/' || masklen(a.ip) AS ip,
                   (SELECT array_agg(v.id ORDER BY v.id) FROM volume v WHERE v.instance_id = i.id) AS attached,
                   (SELECT v.id FROM volume v WHERE v.instance_id = i.id AND v.root) AS root, i.restart_revision IS NOT NULL AS restartable, y.left_behind,
                   (SELECT json_object_agg(v.id, r.spec) FROM volume v JOIN tier r ON r.id = v.tier_id WHERE v.instance_id = i.id) AS limits,
                   w.volumes, s.orphans, e.networks,
                   u.backups, q.departed, q.pools, d.pools_revision, c.images, d.images_revision,
                   (SELECT json_agg(json_build_object('session', c.id, 'instance', c.instance_id, 'controller', c.address,
                         'revision', c.host_revision)) FROM console_session c WHERE c.host_id = o.host_id) AS consoles
            FROM host_observation o
            JOIN host h ON h.id = o.host_id
            JOIN zone z ON z.id = h.zone_id
            JOIN host_desired d ON d.host_id = o.host_id
            CROSS JOIN LATERAL (
                SELECT json_agg(json_build_object('id', v.id, 'tenant', t.name, 'name', v.name, 'revision', v.host_revision,
                    'deleted', v.deleted, 'made', v.made, 'sizeGiB', v.size_gib, 'wipe', v.wipe,
                    'source', v.source_id, 'restore', v.restore, 'moment', v.moment,
                    'image', (SELECT json_build_object('name', g.name, 'spec', g.spec) FROM image g WHERE g.id = v.image_id),
                    'pool', (SELECT %s FROM pool p WHERE p.id = v.pool_id), 'backup', (
                        WITH RECURSIVE chain AS (
                            SELECT b.*, 0 AS depth FROM backup b WHERE b.id = v.backup_id
                            UNION ALL SELECT b.*, c.depth + 1 FROM backup b JOIN chain c ON b.id = c.base_id)
                        SELECT json_build_object('repository', %s, 'volume', max(c.volume_id::text), 'chain',
                            json_agg(json_build_object('id', c.id, 'bytes', c.bytes, 'sha256', c.sha256) ORDER BY c.depth DESC))
                        FROM chain c JOIN repository p ON p.id = c.repository_id GROUP BY p.id)) ORDER BY v.host_revision, v.id) AS volumes
                FROM volume v JOIN tenant t ON t.id = v.tenant_id
                WHERE v.host_id = o.host_id AND v.host_revision > CASE WHEN d.revision < ? THEN 0 ELSE ? END) w
            CROSS JOIN LATERAL (
                SELECT json_agg(json_build_object('orphan', json_build_object('kind', r.type, 'place', r.place),
                    'revision', r.host_revision, 'quarantined', r.quarantined, 'deleted', r.deleted) ORDER BY r.name) AS orphans
                FROM orphan r
                WHERE r.host_id = o.host_id AND r.host_revision > CASE WHEN d.revision < ? THEN 0 ELSE ? END) s
            CROSS JOIN LATERAL (
                SELECT json_agg(json_build_object('vni', n.vni, 'spec', n.spec,
                    'peers', ARRAY(
                        SELECT DISTINCT p.inventory ->> 'underlay' FROM instance m JOIN host_observation p ON p.host_id = m.host_id
                        WHERE m.network_id = n.id AND m.host_id <> o.host_id AND p.inventory ->> 'underlay' IS NOT NULL ORDER BY 1),
                    'ports', (
                        SELECT json_agg(json_build_object('instance', m.id, 'mac', m.mac, 'address', host(b.ip)) ORDER BY m.id)
                        FROM instance m JOIN address b ON b.instance_id = m.id
                        WHERE m.network_id = n.id AND m.host_id = o.host_id)) ORDER BY n.vni) AS networks
                FROM network n
                WHERE d.networks_revision > CASE WHEN d.revision < ? THEN 0 ELSE ? END
                    AND n.id IN (SELECT network_id FROM instance WHERE host_id = o.host_id)) e
            CROSS JOIN LATERAL (
                SELECT json_agg(json_build_object('id', b.id, 'tenant', t.name, 'name', b.name, 'revision', b.host_revision,
                    'deleted', b.deleted, 'volume', b.volume_id,
                    'repository', %s,
                    'base', (SELECT json_build_object('id', a.id, 'sizeBytes', a.size_bytes) FROM backup a WHERE a.id = b.base_id))
                    ORDER BY b.host_revision, b.id) AS backups
                FROM backup b JOIN tenant t ON t.id = b.tenant_id JOIN repository p ON p.id = b.repository_id
                WHERE b.host_id = o.host_id AND (b.deleted OR NOT b.made)
                    AND b.host_revision > CASE WHEN d.revision < ? THEN 0 ELSE ? END) u
            CROSS JOIN LATERAL (
                SELECT ARRAY(SELECT x.volume_id FROM volume_departure x WHERE x.host_id = o.host_id
                             AND x.host_revision > CASE WHEN d.revision < ? THEN 0 ELSE ? END) AS departed,
                    (SELECT json_agg(%s ORDER BY p.id) FROM pool p WHERE (p.zone_id IS NULL OR p.zone_id = h.zone_id
                         OR EXISTS (SELECT FROM volume v WHERE v.pool_id = p.id AND v.host_id = h.id))
                     AND d.pools_revision >= CASE WHEN d.revision < ? THEN 0 ELSE ? END) AS pools) q
            CROSS JOIN LATERAL (
                SELECT json_agg(json_build_object('name', m.name, 'spec', m.spec, 'asked', f.asked,
                    'revision', d.images_revision) ORDER BY m.name) AS images
                FROM image_sighting f CROSS JOIN LATERAL (
                    SELECT g.name, g.spec, coalesce(g.spec ->> 'stage', '') = 'REVOKED' AS revoked
                    FROM image g WHERE g.spec ->> 'sha256' = f.sha256 AND g.spec ->> 'format' = f.format
                    ORDER BY revoked, g.name LIMIT 1) m
                WHERE f.host_id = o.host_id AND d.images_revision > CASE WHEN d.revision < ? THEN 0 ELSE ? END
                    AND CASE WHEN m.revoked THEN f.cached ELSE f.asked IS NOT NULL END) c
            CROSS JOIN LATERAL (
                SELECT json_agg(json_build_object('id', x.instance_id, 'tenant', x.tenant, 'name', x.name, 'revision', x.host_revision,
                    'epoch', x.epoch) ORDER BY x.instance_id) AS left_behind
                FROM instance_departure x
                WHERE x.host_id = o.host_id AND x.host_revision > CASE WHEN d.revision < ? THEN 0 ELSE ? END) y
            LEFT JOIN instance i ON i.host_id = o.host_id
                AND i.host_revision > CASE WHEN d.revision < ? THEN 0 ELSE ? END
            LEFT JOIN tenant t ON t.id = i.tenant_id
            LEFT JOIN image m ON m.id = i.image_id
            LEFT JOIN image x ON x.id = i.rescue_image_id
            LEFT JOIN network k ON k.id = i.network_id
            LEFT JOIN address a ON a.instance_id = i.id
            WHERE o.host_id = ? AND o.key_sha256 = ?
            ORDER BY i.host_revision
            """
                    .formatted(
                            POOL,
                            place("true"),
                            place(
                                    "EXISTS (SELECT FROM backup o WHERE o.repository_id = p.id AND o.made)"),
                            POOL);

    private static HostDesired host(ResultSet row, long after) throws SQLException {
        long revision = row.getLong("revision");
        List<VolumeDesired> volumes =
                list(row.getString("volumes"), ToldVolume[].class).stream()
                        .map(ToldVolume::desired)
                        .toList();
        List<BackupDesired> backups = list(row.getString("backups"), BackupDesired[].class);
        List<OrphanDesired> orphans = list(row.getString("orphans"), OrphanDesired[].class);
        boolean complete = after <= 0 || after > revision;
        List<NetworkDesired> networks =
                complete || row.getLong("networks_revision") > after
                        ? list(row.getString("networks"), Told[].class).stream()
                                .map(Told::desired)
                                .toList()
                        : null;
        List<PoolPlace> pools =
                complete || row.getLong("pools_revision") > after
                        ? list(row.getString("pools"), PoolPlace[].class)
                        : null;
        List<UUID> departed = List.of((UUID[]) row.getArray("departed").getArray());
        List<ConsoleDesired> consoles =
                list(row.getString("consoles"), ToldConsole[].class).stream()
                        .filter(told -> complete || told.revision > after)
                        .map(ToldConsole::desired)
                        .toList();
        List<ImageDesired> images =
                complete || row.getLong("images_revision") > after
                        ? list(row.getString("images"), ToldImage[].class).stream()
                                .map(ToldImage::desired)
                                .toList()
                        : null;
        List<InstanceDesired> instances = new ArrayList<>();
        list(row.getString("left_behind"), LeftBehind[].class)
                .forEach(left -> instances.add(left.tombstone()));
        do {
            UUID id = row.getObject("id", UUID.class);
            if (id != null) {
                instances.add(instance(id, row));
            }
        } while (row.next());
        return HostDesired.of(revision, complete, instances, volumes, orphans, networks)
                .withBackups(backups)
                .withPools(departed, pools)
                .withConsoles(consoles)
                .withImages(images);
    }

    /**
     * A network as the database tells it.
     *
     * @param peers the other hosts' ends of it
     */
    private record Told(int vni, NetworkSpec spec, List<String> peers, List<Port> ports) {
        NetworkDesired desired() {
            List<String> all = new ArrayList<>(peers);
            if (spec.gatewayUnderlay() != null) {
                all.add(spec.gatewayUnderlay());
            }
            return new NetworkDesired(vni, spec.cidr(), all, spec.rulesOrDefault(), ports);
        }
    }

    /** An instance that is another host's now, as the database tells it. */
    private record LeftBehind(UUID id, String tenant, String name, long revision, long epoch) {
        InstanceDesired tombstone() {
            return InstanceDesired.tombstone(id, tenant, name, revision, epoch);
        }
    }

    /** A volume as the database tells it. */
    private record ToldVolume(
            UUID id,
            String tenant,
            String name,
            long revision,
            boolean deleted,
            boolean made,
            int sizeGiB,
            UUID source,
            int restore,
            UUID moment,
            BackupSource backup,
            WipePolicy wipe,
            BaseImage image,
            PoolPlace pool) {
        /** What a volume begins with. */
        private record BaseImage(String name, ImageSpec spec) {}

        VolumeDesired desired() {
            return new VolumeDesired(
                    id,
                    tenant,
                    name,
                    revision,
                    deleted,
                    made,
                    sizeGiB,
                    source,
                    restore,
                    moment,
                    backup,
                    wipe,
                    image == null ? null : DesiredState.source(image.name, image.spec),
                    pool);
        }
    }

    /**
     * An image that the host is to do something about, as the database tells it.
     *
     * @param asked the number of the wish that it be checked
     * @param revision the host's at which anything of this last changed
     */
    private record ToldImage(String name, ImageSpec spec, Long asked, long revision) {
        ImageDesired desired() {
            boolean revoked = spec.stageOrDefault() == ImageStage.REVOKED;
            return new ImageDesired(source(name, spec), revoked ? revision : asked, revoked);
        }
    }

    /**
     * A console session as the database tells it.
     *
     * @param revision the host's at which it began
     */
    private record ToldConsole(UUID session, UUID instance, String controller, long revision) {
        ConsoleDesired desired() {
            return new ConsoleDesired(session, instance, controller);
        }
    }

    private static <T> List<T> list(String text, Class<T[]> type) {
        return text == null ? List.of() : List.of(json(text, type));
    }

    private static InstanceDesired instance(UUID id, ResultSet row) throws SQLException {
        InstanceSpec spec = json(row.getString("spec"), InstanceSpec.class);
        ImageSpec image = json(row.getString("image_spec"), ImageSpec.class);
        ImageSpec rescue =
                row.getString("rescue") == null
                        ? null
                        : json(row.getString("rescue_spec"), ImageSpec.class);
        String name = row.getString("name");
        String ip = row.getString("ip");
        String gateway = row.getString("gateway");
        Integer vni = row.getObject("vni", Integer.class);
        Array attached = row.getArray("attached");
        return new InstanceDesired(
                id,
                row.getString("tenant"),
                name,
                row.getLong("host_revision"),
                row.getLong("epoch"),
                row.getBoolean("deleted"),
                spec.powerOrDefault() == Power.PAUSED ? Power.RUNNING : spec.powerOrDefault(),
                spec.powerOrDefault() == Power.PAUSED,
                spec.bootOrNone(),
                Boolean.TRUE.equals(spec.forcedBoot()),
                spec.rebuildOrNone(),
                row.getInt("vcpus"),
                row.getInt("memory_mib"),
                row.getInt("root_disk_gib"),
                source(row.getString("image"), image),
                new Seed(
                        name, spec.sshKeys() == null ? List.of() : spec.sshKeys(), spec.userData()),
                ip == null || (gateway == null && vni == null)
                        ? null
                        : new Nic(row.getString("mac"), ip, gateway, vni),
                "placed on " + row.getString("host"),
                attached == null ? List.of() : List.of((UUID[]) attached.getArray()),
                limits(row.getString("limits")),
                new Machine(
                        (rescue == null ? image : rescue).firmwareOrDefault(),
                        row.getString("cpu_model"),
                        rescue == null ? null : source(row.getString("rescue"), rescue)),
                spec.turn(),
                row.getObject("root", UUID.class),
                row.getBoolean("restartable"));
    }

    private static ImageSource source(String name, ImageSpec image) {
        return new ImageSource(
                name,
                image.url() == null ? ImageSource.ON_CONTROLLER + image.sha256() : image.url(),
                image.sha256(),
                image.format(),
                image.minDiskGiB());
    }

    /**
     * @param tiers those of volumes by their ids
     */
    private static Map<UUID, IoLimits> limits(String tiers) {
        Map<UUID, IoLimits> limits = new HashMap<>();
        if (tiers != null) {
            json(tiers, Tiers.class).forEach((volume, tier) -> limits.put(volume, tier.limits()));
        }
        return limits;
    }

    private static final class Tiers extends HashMap<UUID, TierSpec> {
        private static final long serialVersionUID = 1L;
    }

    private static <T> T json(String text, Class<T> type) {
        try {
            return StoredJson.MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored " + type.getSimpleName() + " is not one", e);
        }
    }
}
