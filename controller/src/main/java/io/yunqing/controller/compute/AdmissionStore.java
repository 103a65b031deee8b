package io.yunqing.controller.compute;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.Instance;
import io.yunqing.api.Kind;
import io.yunqing.controller.compute.Catalog.RootTier;
import io.yunqing.controller.compute.Wish.NewVolume;
import io.yunqing.controller.feed.Journal.Note;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.platform.Change;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.StoredJson;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** What an admission reads and writes of instances and of what they refer to. */
final class AdmissionStore {
    private AdmissionStore() {}

    /** An instance to be written: what is asked, who it is, and what was decided. */
    record Entry(Order order, Wish wish, Instance view, UUID host) {
        /** What the history says of it and its volumes. */
        Stream<Note> noted() {
            return Stream.concat(
                    Stream.of(
                            note(
                                    Kind.INSTANCE,
                                    wish.id(),
                                    wish.name(),
                                    Instances.story(
                                            wish.name(),
                                            view.status().host(),
                                            view.spec().powerOrDefault()))),
                    wish.volumes().stream()
                            .map(volume ->
                                    note(
                                            Kind.VOLUME,
                                            volume.id(),
                                            volume.name(),
                                            "Volume %s of %d GiB for instance %s"
                                                    .formatted(
                                                            volume.name(),
                                                            volume.sizeGiB(),
                                                            wish.name()))));
        }

        private Note note(Kind kind, UUID id, String name, String story) {
            return new Note(
                    new Change(kind, order.tenant().name(), name, id, "created", story, 1),
                    order.terms().actor(),
                    order.terms().reason());
        }
    }

    /** Adds the statements that read the revisions of all that orders name; tenants cannot go until the transaction ends. */
    static void revisions(
            RoundTrip trip,
            Collection<UUID> tenants,
            Collection<UUID> flavors,
            Collection<UUID> images,
            BiConsumer<UUID, Long> found) {
        RoundTrip.Row row =
                one -> found.accept(one.getObject("id", UUID.class), one.getLong("revision"));
        trip.read(
                        "SELECT id, revision FROM tenant WHERE id = ANY (?) ORDER BY id FOR KEY SHARE",
                        row,
                        tenants)
                .read(
                        """
                        SELECT id, revision FROM flavor WHERE id = ANY (?)
                        UNION ALL
                        SELECT id, revision FROM image WHERE id = ANY (?)
                        """,
                        row,
                        flavors,
                        images);
    }

    /** Adds the statement that locks groups, so that nobody else adds members, and reads their revisions; none without groups. */
    static void groups(RoundTrip trip, Collection<UUID> groups, BiConsumer<UUID, Long> found) {
        if (!groups.isEmpty()) {
            trip.read(
                    "SELECT id, revision FROM placement_group WHERE id = ANY (?) ORDER BY id FOR NO KEY UPDATE",
                    row -> found.accept(row.getObject("id", UUID.class), row.getLong("revision")),
                    groups);
        }
    }

    /** Adds the statement that locks networks, so that nobody else comes or goes, and reads their revisions; none without networks. */
    static void networks(RoundTrip trip, Collection<UUID> networks, BiConsumer<UUID, Long> found) {
        if (!networks.isEmpty()) {
            trip.read(
                    "SELECT id, revision FROM network WHERE id = ANY (?) ORDER BY id FOR NO KEY UPDATE",
                    row -> found.accept(row.getObject("id", UUID.class), row.getLong("revision")),
                    networks);
        }
    }

    /** Adds the statement that reads the hosts' revisions; who changes one waits for its provider's lock. */
    static void hosts(RoundTrip trip, Collection<UUID> hosts, BiConsumer<UUID, Long> found) {
        trip.read(
                "SELECT id, revision FROM host WHERE id = ANY (?)",
                row -> found.accept(row.getObject("id", UUID.class), row.getLong("revision")),
                hosts);
    }

    /**
     * Adds the statement that finds which of the names others of the kind have; none without names.
     *
     * @param kind one that lives in a tenant
     */
    static void names(
            RoundTrip trip,
            Kind kind,
            List<UUID> tenants,
            List<String> names,
            BiConsumer<UUID, String> taken) {
        if (names.isEmpty()) {
            return;
        }
        trip.read(
                """
                SELECT r.tenant_id, r.name
                FROM unnest(?, ?) AS asked (tenant_id, name)
                JOIN %s r ON r.tenant_id = asked.tenant_id AND r.name = asked.name COLLATE "C"
                """
                        .formatted(kind.singular()),
                row -> taken.accept(row.getObject("tenant_id", UUID.class), row.getString("name")),
                tenants.toArray(UUID[]::new),
                names.toArray(String[]::new));
    }

    /**
     * Adds the statement that moves the hosts' counters on, all in the order of their ids as {@link Fleet#networksChanged}, and
     * writes the instances with the new revisions.
     *
     * @param networked the hosts that have something new to be told of networks
     */
    static void insert(
            RoundTrip trip, List<Entry> entries, Collection<UUID> networked, Instant now) {
        trip.write(
                """
                WITH told AS (
                    SELECT host_id FROM host_desired WHERE host_id = ANY (?) ORDER BY host_id FOR NO KEY UPDATE
                ), host AS (
                    UPDATE host_desired d SET revision = revision + 1,
                        networks_revision = CASE WHEN d.host_id = ANY (?) THEN revision + 1 ELSE networks_revision END
                    FROM told WHERE d.host_id = told.host_id RETURNING d.host_id, d.revision
                )
                INSERT INTO instance (id, name, revision, created, labels, spec, tenant_id, flavor_id, image_id, group_id, network_id, host_id,
                                      epoch, host_revision, vcpus, memory_mib, root_disk_gib, mac, placement, restart_revision)
                SELECT i.id, i.name, 1, ?, cast(i.labels AS jsonb), cast(i.spec AS jsonb), i.tenant, i.flavor, i.image, i.member_of, i.network,
                       i.host, 1, host.revision, i.vcpus, i.memory_mib, i.root_disk_gib, i.mac, cast(i.placement AS jsonb), i.restart
                FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                     AS i (id, name, labels, spec, tenant, flavor, image, member_of, network, host, vcpus, memory_mib, root_disk_gib, mac,
                           placement, restart)
                JOIN host ON host.host_id = i.host
                """,
                Stream.concat(entries.stream().map(Entry::host), networked.stream())
                        .distinct()
                        .toArray(UUID[]::new),
                networked,
                now,
                ids(entries, e -> e.wish().id()),
                texts(entries, e -> e.wish().name()),
                texts(entries, e -> json(e.wish().asked().metadata().labelsOrEmpty())),
                texts(entries, e -> json(e.wish().asked().spec())),
                ids(entries, e -> e.order().tenant().id()),
                ids(entries, e -> e.wish().flavor().id()),
                ids(entries, e -> e.wish().image().id()),
                ids(entries, e -> e.wish().group() == null ? null : e.wish().group().id()),
                ids(entries, e -> e.wish().network() == null ? null : e.wish().network().id()),
                ids(entries, Entry::host),
                numbers(entries, e -> e.wish().flavor().spec().vcpus()),
                numbers(entries, e -> e.wish().flavor().spec().memoryMiB()),
                numbers(entries, e -> e.wish().flavor().spec().localDiskGiB()),
                texts(entries, e -> e.view().status().addresses().getFirst().mac()),
                texts(entries, e -> json(e.view().status().placement())),
                entries.stream()
                        .map(e -> e.wish().isRestartable() ? 0L : null)
                        .toArray(Long[]::new));
    }

    /** Adds the statement that writes the instances' volumes, at the revisions of their hosts; none without volumes. */
    static void insertVolumes(RoundTrip trip, List<Entry> entries, Instant now) {
        List<UUID> instances =
                entries.stream()
                        .flatMap(e -> e.wish().volumes().stream().map(_ -> e.wish().id()))
                        .toList();
        if (instances.isEmpty()) {
            return;
        }
        List<NewVolume> volumes =
                entries.stream().flatMap(e -> e.wish().volumes().stream()).toList();
        trip.write(
                """
                INSERT INTO volume (id, name, revision, created, labels, tenant_id, host_id, instance_id, size_gib, host_revision,
                                    tier_id, pool_id, root, image_id)
                SELECT v.id, v.name, 1, ?, i.labels, i.tenant_id, i.host_id, i.id, v.size, i.host_revision,
                       v.tier, v.pool, v.tier IS NOT NULL, CASE WHEN v.tier IS NOT NULL THEN i.image_id END
                FROM unnest(?, ?, ?, ?, ?, ?) AS v (id, name, size, instance, tier, pool)
                JOIN instance i ON i.id = v.instance
                """,
                now,
                volumes.stream().map(NewVolume::id).toArray(UUID[]::new),
                volumes.stream().map(NewVolume::name).toArray(String[]::new),
                volumes.stream().map(volume -> (long) volume.sizeGiB()).toArray(Long[]::new),
                instances.toArray(UUID[]::new),
                roots(volumes, RootTier::tier),
                roots(volumes, RootTier::pool));
    }

    private static UUID[] roots(List<NewVolume> volumes, Function<RootTier, UUID> id) {
        return volumes.stream()
                .map(volume -> volume.isLocal() ? null : id.apply(volume.root()))
                .toArray(UUID[]::new);
    }

    private static UUID[] ids(List<Entry> entries, Function<Entry, UUID> id) {
        return entries.stream().map(id).toArray(UUID[]::new);
    }

    private static String[] texts(List<Entry> entries, Function<Entry, String> text) {
        return entries.stream().map(text).toArray(String[]::new);
    }

    private static Long[] numbers(List<Entry> entries, Function<Entry, Integer> number) {
        return entries.stream().map(number).map(Integer::longValue).toArray(Long[]::new);
    }

    private static String json(Object value) {
        try {
            return StoredJson.MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
