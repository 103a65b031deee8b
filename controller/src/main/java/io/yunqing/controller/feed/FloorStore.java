package io.yunqing.controller.feed;

import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Where the feed begins: what lies before was let go. */
@ApplicationScoped
class FloorStore {
    private final Sql sql;

    FloorStore(Sql sql) {
        this.sql = sql;
    }

    /**
     * The last event that was let go.
     *
     * @param at when it happened; null while none was let go
     */
    record Floor(Cursor cursor, Instant at) {
        /** Whether something behind the cursor may be missing. The beginning is wherever the feed begins now. */
        boolean hides(Cursor cursor) {
            return !cursor.equals(Cursor.BEGINNING) && cursor.before(this.cursor);
        }
    }

    Floor floor() {
        AtomicReference<Floor> found = new AtomicReference<>();
        run(
                new RoundTrip()
                        .read(
                                "SELECT cast(xid AS text) AS place, seq, at FROM feed_floor",
                                row ->
                                        found.set(
                                                new Floor(
                                                        new Cursor(
                                                                row.getString("place"),
                                                                row.getLong("seq")),
                                                        Sql.instant(
                                                                row.getObject(
                                                                        "at",
                                                                        OffsetDateTime.class))))));
        return found.get();
    }

    /**
     * Lets go of the oldest events, up to the first that is to be kept: what is left has no gaps, also where clocks jumped. Of
     * several replicas one does it at a time.
     *
     * @param keepSince events of this time and later are kept, and all behind the first of them
     * @param most how many at once
     * @return how many
     */
    int raise(Instant keepSince, int most) {
        AtomicInteger gone = new AtomicInteger();
        run(
                new RoundTrip()
                        .read(
                                """
                                WITH floor AS (
                                    SELECT xid, seq FROM feed_floor FOR UPDATE SKIP LOCKED
                                ), oldest AS (
                                    SELECT xid, seq, at FROM event
                                    WHERE (xid, seq) > ((SELECT xid FROM floor), (SELECT seq FROM floor))
                                      AND xid < pg_snapshot_xmin(pg_current_snapshot())
                                    ORDER BY xid, seq LIMIT ?
                                ), first_kept AS (
                                    SELECT xid, seq FROM oldest WHERE at >= ? ORDER BY xid, seq LIMIT 1
                                ), old AS (
                                    SELECT xid, seq, at FROM oldest o
                                    WHERE NOT EXISTS (SELECT FROM first_kept k WHERE (o.xid, o.seq) >= (k.xid, k.seq))
                                ), gone AS (
                                    DELETE FROM event e USING old o WHERE e.xid = o.xid AND e.seq = o.seq
                                ), raised AS (
                                    UPDATE feed_floor f SET xid = o.xid, seq = o.seq, at = o.at
                                    FROM (SELECT * FROM old ORDER BY xid DESC, seq DESC LIMIT 1) o
                                )
                                SELECT count(*) AS gone FROM old
                                """,
                                row -> gone.set(row.getInt("gone")),
                                most,
                                keepSince));
        return gone.get();
    }

    private void run(RoundTrip trip) {
        sql.run(connection -> {
            trip.run(connection);
            return true;
        });
    }
}
