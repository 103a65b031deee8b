package io.yunqing.controller.compute;

import io.yunqing.api.Instance;
import io.yunqing.controller.platform.Noun;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** The last part of each instance's serial console, as its host sent it: readable also when the host is not. */
@ApplicationScoped
public class Consoles {
    /** Most bytes kept of one console. */
    public static final int MOST = 64 * 1024;

    private final Session em;
    private final InstantSource clock;

    private final Transactions transactions;

    Consoles(Session em, InstantSource clock, Transactions transactions) {
        this.transactions = transactions;
        this.em = em;
        this.clock = clock;
    }

    /**
     * Keeps what the host of the instance sent; ignored when the instance is not on that host or the tail is an old one.
     *
     * @return how many consoles it was kept for, 0 or 1
     * @param end how many bytes were ever written to the console when {@code tail} ended
     */
    public int keep(UUID host, UUID instance, byte[] tail, long end) {
        byte[] kept =
                tail.length <= MOST
                        ? tail
                        : Arrays.copyOfRange(tail, tail.length - MOST, tail.length);
        return em.createNativeMutationQuery(
                        """
                        INSERT INTO console (instance_id, tail, tail_end, received_at)
                        SELECT id, :tail, :end, :now FROM instance WHERE id = :instance AND host_id = :host
                        ON CONFLICT (instance_id) DO UPDATE
                            SET tail = excluded.tail, tail_end = excluded.tail_end, received_at = excluded.received_at
                            WHERE console.tail_end < excluded.tail_end
                        """)
                .setParameter("tail", kept)
                .setParameter("end", end)
                .setParameter("now", clock.instant())
                .setParameter("instance", instance)
                .setParameter("host", host)
                .executeUpdate();
    }

    /** Answers what is kept behind {@code offset}. */
    Response read(Noun<InstanceRow, Instance> noun, String name, long offset) {
        Optional<Tuple> found = transactions.read(() -> stored(noun, name));
        byte[] tail = found.map(row -> row.get("tail", byte[].class)).orElse(new byte[0]);
        long end = found.map(row -> row.get("tail_end", Long.class)).orElse(0L);
        long begin = end - tail.length;
        long from = Math.clamp(offset, begin, end);
        Response.ResponseBuilder answer =
                Response.ok(
                                Arrays.copyOfRange(tail, (int) (from - begin), tail.length),
                                "text/plain;charset=UTF-8")
                        .header("Yunqing-Console-Offset", from)
                        .header("Yunqing-Console-End", end);
        found.ifPresent(
                row -> answer.header("Yunqing-Observed-At", row.get("received_at", Instant.class)));
        return answer.build();
    }

    private Optional<Tuple> stored(Noun<InstanceRow, Instance> noun, String name) {
        InstanceRow row = Instances.existing(noun, name);
        return em.createNativeQuery(
                        "SELECT tail, tail_end, received_at FROM console WHERE instance_id = :instance",
                        Tuple.class)
                .setParameter("instance", row.id)
                .getResultStream()
                .findFirst();
    }
}
