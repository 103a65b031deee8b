package io.yunqing.controller.compute;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.yunqing.api.Instance;
import io.yunqing.api.InstanceStatistics;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.HostStatistics;
import io.yunqing.api.agent.InstanceUse;
import io.yunqing.controller.platform.Noun;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import io.yunqing.controller.platform.StoredJson;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What instances use: the last two measurements of each host, and the rates between them. */
@ApplicationScoped
public class Statistics {
    private final Sql sql;
    private final Transactions transactions;
    private final InstantSource clock;

    Statistics(Sql sql, Transactions transactions, InstantSource clock) {
        this.sql = sql;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** What a host measured of an instance. */
    private record Measured(Instant takenAt, InstanceUse use) {}

    /** Its last two measurements, the earlier of which may be missing, and the names of its volumes. */
    private record Found(
            Instant receivedAt, Measured last, Measured before, Map<UUID, String> volumes) {}

    /** Keeps what a host measured, and what it had measured before. The same again changes nothing. */
    public void keep(UUID host, HostStatistics measured) {
        Map<UUID, InstanceUse> uses =
                measured.instances().stream()
                        .collect(
                                Collectors.toMap(
                                        InstanceUse::id, Function.identity(), (_, later) -> later));
        RoundTrip trip =
                new RoundTrip()
                        .write("SELECT set_config('synchronous_commit', 'off', true)")
                        .write(
                                """
                                INSERT INTO host_statistics AS s (host_id, taken_at, received_at, uses)
                                VALUES (?, ?, ?, cast(? AS jsonb))
                                ON CONFLICT (host_id) DO UPDATE
                                    SET taken_at = excluded.taken_at, received_at = excluded.received_at, uses = excluded.uses,
                                        before_taken_at = s.taken_at, before_uses = s.uses
                                    WHERE s.taken_at <> excluded.taken_at
                                """,
                                host,
                                measured.takenAt(),
                                clock.instant(),
                                json(uses));
        sql.run(connection -> {
            trip.run(connection);
            return true;
        });
    }

    /**
     * What an instance uses.
     *
     * @throws ProblemException if there is no such instance, or it was never measured where it is
     */
    InstanceStatistics of(Noun<InstanceRow, Instance> noun, String name) {
        return transactions.read(() -> {
            InstanceRow row = Instances.existing(noun, name);
            return statistics(
                    found(row)
                            .orElseThrow(() ->
                                    ProblemException.of(
                                            ProblemCode.NOT_FOUND,
                                            "instance %s was not measured yet".formatted(row.name),
                                            "while it is on, its host measures it several times a minute; see whether it is RUNNING, then ask again")));
        });
    }

    private Optional<Found> found(InstanceRow row) {
        List<Found> found = new ArrayList<>();
        Map<UUID, String> volumes = new HashMap<>();
        RoundTrip trip =
                new RoundTrip()
                        .read(
                                "SELECT id, name FROM volume WHERE instance_id = ?",
                                volume ->
                                        volumes.put(
                                                volume.getObject("id", UUID.class),
                                                volume.getString("name")),
                                row.id)
                        .read(
                                """
                                SELECT received_at, taken_at, uses -> ? AS use, before_taken_at, before_uses -> ? AS use_before
                                FROM host_statistics WHERE host_id = ?
                                """,
                                host -> {
                                    Measured last = measured(host, "taken_at", "use");
                                    if (last != null) {
                                        found.add(
                                                new Found(
                                                        instant(host, "received_at"),
                                                        last,
                                                        measured(
                                                                host,
                                                                "before_taken_at",
                                                                "use_before"),
                                                        volumes));
                                    }
                                },
                                row.id.toString(),
                                row.id.toString(),
                                row.host.id);
        sql.run(connection -> {
            trip.run(connection);
            return true;
        });
        return found.stream().findFirst();
    }

    private static InstanceStatistics statistics(Found found) {
        InstanceUse now = found.last.use;
        Span span = Span.between(found.before, found.last);
        return new InstanceStatistics(
                found.receivedAt,
                span == null ? null : span.seconds(),
                now.cpuNanos() / 1e9,
                span == null ? null : span.rate(now.cpuNanos(), span.before().cpuNanos()) / 1e9,
                now.memoryUsedMiB(),
                now.memoryResidentMiB(),
                now.disks().stream().map(disk -> disk(disk, span, found.volumes)).toList(),
                nics(now, span));
    }

    private static InstanceStatistics.Disk disk(
            InstanceUse.Disk now, Span span, Map<UUID, String> volumes) {
        InstanceUse.Disk before =
                span == null
                        ? null
                        : span.before().disks().stream()
                                .filter(disk -> disk.target().equals(now.target()))
                                .filter(disk -> disk.readBytes() <= now.readBytes())
                                .filter(disk -> disk.writtenBytes() <= now.writtenBytes())
                                .findFirst()
                                .orElse(null);
        return new InstanceStatistics.Disk(
                now.target(),
                now.volume() == null ? null : volumes.get(now.volume()),
                now.reads(),
                now.readBytes(),
                before == null ? null : span.rate(now.readBytes(), before.readBytes()),
                now.writes(),
                now.writtenBytes(),
                before == null ? null : span.rate(now.writtenBytes(), before.writtenBytes()));
    }

    private static List<InstanceStatistics.Nic> nics(InstanceUse now, Span span) {
        List<InstanceStatistics.Nic> nics = new ArrayList<>();
        boolean comparable = span != null && span.before().nics().size() == now.nics().size();
        for (int i = 0; i < now.nics().size(); i++) {
            InstanceUse.Nic nic = now.nics().get(i);
            InstanceUse.Nic before = comparable ? span.before().nics().get(i) : null;
            nics.add(
                    new InstanceStatistics.Nic(
                            nic.receivedPackets(),
                            nic.receivedBytes(),
                            before == null
                                    ? null
                                    : span.rate(nic.receivedBytes(), before.receivedBytes()),
                            nic.sentPackets(),
                            nic.sentBytes(),
                            before == null
                                    ? null
                                    : span.rate(nic.sentBytes(), before.sentBytes())));
        }
        return nics;
    }

    /** The time between two measurements of one start of a guest. */
    private record Span(double seconds, InstanceUse before) {
        /** Null if they are not of one: then something has become less, or the host's clock went back. */
        static Span between(Measured before, Measured last) {
            if (before == null || before.use.cpuNanos() > last.use.cpuNanos()) {
                return null;
            }
            double seconds = Duration.between(before.takenAt, last.takenAt).toNanos() / 1e9;
            return seconds > 0 ? new Span(seconds, before.use) : null;
        }

        double rate(long now, long then) {
            return Math.max(0, now - then) / seconds;
        }
    }

    private static Measured measured(ResultSet row, String takenAt, String use)
            throws SQLException {
        String json = row.getString(use);
        try {
            return json == null
                    ? null
                    : new Measured(
                            instant(row, takenAt),
                            StoredJson.MAPPER.readValue(json, InstanceUse.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was kept of a measurement is none", e);
        }
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Sql.instant(row.getObject(column, OffsetDateTime.class));
    }

    private static String json(Map<UUID, InstanceUse> uses) {
        try {
            return StoredJson.MAPPER.writeValueAsString(uses);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
