package io.yunqing.controller.console;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.hibernate.Session;

/** The rows of console sessions, in the caller's transaction. */
@ApplicationScoped
class ConsoleStore {
    private static final String SESSION =
            "RETURNING s.id, s.instance_id, s.host_id, t.name AS tenant, i.name, i.revision, s.actor, s.opened";

    private final Session em;

    ConsoleStore(Session em) {
        this.em = em;
    }

    /** Who has the console of an instance. */
    record Holder(UUID session, String actor, Instant opened, Instant alive) {}

    Optional<Holder> holder(UUID instance) {
        return em.createNativeQuery(
                        "SELECT id, actor, opened, alive FROM console_session WHERE instance_id = :instance FOR UPDATE",
                        Tuple.class)
                .setParameter("instance", instance)
                .getResultStream()
                .map(row ->
                        new Holder(
                                row.get("id", UUID.class),
                                row.get("actor", String.class),
                                row.get("opened", Instant.class),
                                row.get("alive", Instant.class)))
                .findFirst();
    }

    /**
     * @param address by which agents reach this replica; null for the one that they know
     */
    void insert(ConsoleSession session, String address) {
        em.createNativeMutationQuery(
                        """
                        INSERT INTO console_session (id, instance_id, host_id, actor, opened, alive, address)
                        VALUES (:id, :instance, :host, :actor, :now, :now, :address)
                        """)
                .setParameter("id", session.id())
                .setParameter("instance", session.instance())
                .setParameter("host", session.host())
                .setParameter("actor", session.actor())
                .setParameter("now", session.opened())
                .setParameter("address", address)
                .executeUpdate();
    }

    /** From this revision of its host on its agent is told. */
    void tell(UUID session, long hostRevision) {
        em.createNativeMutationQuery(
                        "UPDATE console_session SET host_revision = :revision WHERE id = :id")
                .setParameter("revision", hostRevision)
                .setParameter("id", session)
                .executeUpdate();
    }

    /** Whether there is such a session with an instance of that host. */
    boolean isOf(UUID session, UUID host) {
        return em.createNativeQuery(
                        "SELECT EXISTS (SELECT FROM console_session WHERE id = :id AND host_id = :host)",
                        Boolean.class)
                .setParameter("id", session)
                .setParameter("host", host)
                .getSingleResult();
    }

    /** Says that these are there; returns those of which that is true. */
    Set<UUID> keepAlive(Collection<UUID> sessions, Instant now) {
        return new HashSet<>(
                em.createNativeQuery(
                                "UPDATE console_session SET alive = :now WHERE id = ANY (:ids) RETURNING id",
                                UUID.class)
                        .setParameter("now", now)
                        .setParameter("ids", sessions.toArray(UUID[]::new))
                        .getResultList());
    }

    /** Deletes a session; nothing when somebody else has, and has told its end. */
    Optional<ConsoleSession> delete(UUID session) {
        return deleted("s.id = :key", session).stream().findFirst();
    }

    /** Deletes those whose replica has not said for so long that they are there. */
    List<ConsoleSession> deleteSilent(Instant since) {
        return deleted("s.alive < :key", since);
    }

    private List<ConsoleSession> deleted(String which, Object key) {
        return em.createNativeQuery(
                        "DELETE FROM console_session s USING instance i, tenant t WHERE i.id = s.instance_id AND t.id = i.tenant_id AND "
                                + which
                                + " "
                                + SESSION,
                        Tuple.class)
                .setParameter("key", key)
                .getResultStream()
                .map(row ->
                        new ConsoleSession(
                                row.get("id", UUID.class),
                                row.get("instance_id", UUID.class),
                                row.get("host_id", UUID.class),
                                row.get("tenant", String.class),
                                row.get("name", String.class),
                                row.get("revision", Long.class),
                                row.get("actor", String.class),
                                row.get("opened", Instant.class)))
                .toList();
    }
}
