package io.yunqing.controller.feed;

import io.yunqing.api.Event;
import io.yunqing.api.Kind;
import io.yunqing.controller.feed.Journal.Note;
import io.yunqing.controller.platform.RoundTrip;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.hibernate.Session;

/** The event table. */
@ApplicationScoped
public class EventStore {
    private final Session em;

    EventStore(Session em) {
        this.em = em;
    }

    void append(List<Note> notes, Instant at) {
        em.doWork(connection -> {
            RoundTrip trip = new RoundTrip();
            append(trip, notes, at);
            trip.run(connection);
        });
    }

    static void append(RoundTrip trip, List<Note> notes, Instant at) {
        trip.write(
                """
                INSERT INTO event (at, kind, tenant, name, object_id, type, actor, reason, message, revision)
                SELECT ?, e.* FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)
                       AS e (kind, tenant, name, object_id, type, actor, reason, message, revision)
                """,
                at,
                texts(notes, note -> note.change().kind().wireName()),
                texts(notes, note -> note.change().tenant()),
                texts(notes, note -> note.change().name()),
                notes.stream().map(note -> note.change().id()).toArray(UUID[]::new),
                texts(notes, note -> note.change().type()),
                texts(notes, Note::actor),
                texts(notes, Note::reason),
                texts(notes, note -> note.change().message()),
                notes.stream().map(note -> note.change().revision()).toArray(Long[]::new));
    }

    private static String[] texts(List<Note> notes, Function<Note, String> text) {
        return notes.stream().map(text).toArray(String[]::new);
    }

    /** The place in front of everything that is not yet visible. */
    Cursor now() {
        Object xmin =
                em.createNativeQuery(
                                "SELECT cast(pg_snapshot_xmin(pg_current_snapshot()) AS text)",
                                Object.class)
                        .getSingleResult();
        return new Cursor(String.valueOf(xmin), 0);
    }

    /** Events behind {@code after}, oldest first, none of which a later commit can precede. */
    List<Event> after(Cursor after, EventFilter filter, int limit) {
        return read(
                """
                SELECT cast(xid AS text) AS place, seq, at, kind, tenant, name, object_id, type, actor, reason, message, revision
                FROM event
                WHERE (xid, seq) > (cast(cast(:xid AS text) AS xid8), :seq)
                  AND xid < pg_snapshot_xmin(pg_current_snapshot())
                  AND (cast(:kind AS text) IS NULL OR kind = :kind)
                  AND (cast(:tenant AS text) IS NULL OR tenant = :tenant)
                  AND (cast(:name AS text) IS NULL OR name = :name)
                ORDER BY xid, seq
                LIMIT :limit
                """,
                after,
                filter,
                limit);
    }

    /** The newest events in front of {@code before}, newest first, those of this moment included. */
    List<Event> before(Cursor before, EventFilter filter, int limit) {
        return read(
                """
                SELECT cast(xid AS text) AS place, seq, at, kind, tenant, name, object_id, type, actor, reason, message, revision
                FROM event
                WHERE (xid, seq) < (cast(cast(:xid AS text) AS xid8), :seq)
                  AND (cast(:kind AS text) IS NULL OR kind = :kind)
                  AND (cast(:tenant AS text) IS NULL OR tenant = :tenant)
                  AND (cast(:name AS text) IS NULL OR name = :name)
                ORDER BY xid DESC, seq DESC
                LIMIT :limit
                """,
                before,
                filter,
                limit);
    }

    private List<Event> read(String sql, Cursor cursor, EventFilter filter, int limit) {
        List<Tuple> rows =
                em.createNativeQuery(sql, Tuple.class)
                        .setParameter("xid", cursor.xid())
                        .setParameter("seq", cursor.seq())
                        .setParameter(
                                "kind", filter.kind() == null ? null : filter.kind().wireName())
                        .setParameter("tenant", filter.tenant())
                        .setParameter("name", filter.name())
                        .setParameter("limit", limit)
                        .getResultList();
        return rows.stream().map(EventStore::event).toList();
    }

    private static Event event(Tuple row) {
        Cursor cursor = new Cursor(row.get("place", String.class), row.get("seq", Long.class));
        return new Event(
                cursor.text(),
                row.get("at", Instant.class),
                Kind.ofWireName(row.get("kind", String.class)).orElseThrow(),
                row.get("tenant", String.class),
                row.get("name", String.class),
                row.get("object_id", UUID.class),
                row.get("type", String.class),
                row.get("actor", String.class),
                row.get("reason", String.class),
                row.get("message", String.class),
                row.get("revision", Long.class));
    }

    /** Which events; null means any. */
    record EventFilter(Kind kind, String tenant, String name) {}
}
