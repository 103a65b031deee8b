package io.yunqing.controller.storage;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** The rows about bytes on their way to the controller; each call is part of its caller's transaction. */
@ApplicationScoped
class UploadStore {
    private static final String COLUMNS =
            "SELECT image_id, bytes, received, touched, fault FROM image_upload";

    private final Session em;

    UploadStore(Session em) {
        this.em = em;
    }

    /**
     * An upload under way.
     *
     * @param bytes how many it will be
     * @param received how many are on the disk
     * @param touched when some last came
     * @param fault why those that had come before were thrown away, or null
     */
    record Upload(UUID image, long bytes, long received, Instant touched, String fault) {
        boolean isComplete() {
            return received == bytes;
        }
    }

    Optional<Upload> find(UUID image) {
        return one(COLUMNS + " WHERE image_id = :image", image);
    }

    /** The upload, which is the caller's until its transaction ends; empty also if it is somebody else's. */
    Optional<Upload> take(UUID image) {
        return one(COLUMNS + " WHERE image_id = :image FOR UPDATE SKIP LOCKED", image);
    }

    private Optional<Upload> one(String sql, UUID image) {
        return em.createNativeQuery(sql, Tuple.class)
                .setParameter("image", image)
                .getResultStream()
                .map(UploadStore::upload)
                .findFirst();
    }

    Map<UUID, Upload> of(Collection<ImageRow> rows) {
        Map<UUID, Upload> found = new HashMap<>();
        em.createNativeQuery(COLUMNS + " WHERE image_id = ANY (:images)", Tuple.class)
                .setParameter("images", rows.stream().map(row -> row.id).toArray(UUID[]::new))
                .getResultStream()
                .map(UploadStore::upload)
                .forEach(upload -> found.put(upload.image(), upload));
        return found;
    }

    /** Begins, or says another length of one of which nothing was received. */
    void begin(UUID image, long bytes, Instant now) {
        em.createNativeMutationQuery(
                        """
                        INSERT INTO image_upload (image_id, bytes, touched) VALUES (:image, :bytes, :now)
                        ON CONFLICT (image_id) DO UPDATE SET bytes = excluded.bytes, touched = excluded.touched
                        """)
                .setParameter("image", image)
                .setParameter("bytes", bytes)
                .setParameter("now", now)
                .executeUpdate();
    }

    void received(UUID image, long received, Instant now) {
        em.createNativeMutationQuery(
                        "UPDATE image_upload SET received = :received, touched = :now, fault = NULL WHERE image_id = :image")
                .setParameter("received", received)
                .setParameter("now", now)
                .setParameter("image", image)
                .executeUpdate();
    }

    /** What was received counts no more. */
    void reset(UUID image, String fault) {
        em.createNativeMutationQuery(
                        "UPDATE image_upload SET received = 0, fault = :fault WHERE image_id = :image")
                .setParameter("fault", fault)
                .setParameter("image", image)
                .executeUpdate();
    }

    /** Returns whether there was one. */
    boolean end(UUID image) {
        return em.createNativeMutationQuery("DELETE FROM image_upload WHERE image_id = :image")
                        .setParameter("image", image)
                        .executeUpdate()
                == 1;
    }

    /** How many bytes are still to come of all that were touched since then, but for one. */
    long outstanding(UUID but, Instant since) {
        return em.createNativeQuery(
                        "SELECT cast(coalesce(sum(bytes - received), 0) AS bigint) FROM image_upload WHERE image_id <> :but AND touched > :since",
                        Long.class)
                .setParameter("but", but)
                .setParameter("since", since)
                .getSingleResult();
    }

    /** All of which all bytes were received. */
    List<UUID> complete() {
        return em.createNativeQuery(
                        "SELECT image_id FROM image_upload WHERE received = bytes", UUID.class)
                .getResultList();
    }

    /** All that got nothing more since then. */
    List<UUID> abandoned(Instant since) {
        return em.createNativeQuery(
                        "SELECT image_id FROM image_upload WHERE received < bytes AND received > 0 AND touched < :since",
                        UUID.class)
                .setParameter("since", since)
                .getResultList();
    }

    /** Keeps all others from giving or taking the file of this digest until the transaction ends. */
    void lockDigest(String sha256) {
        em.createNativeQuery("SELECT pg_advisory_xact_lock(hashtext(:lock))", Object.class)
                .setParameter("lock", "image " + sha256)
                .getResultList();
    }

    /** Whether any image's bytes are those of this digest, and were or are to be uploaded. */
    boolean isWanted(String sha256) {
        return em.createNativeQuery(
                        "SELECT EXISTS (SELECT 1 FROM image WHERE spec ->> 'url' IS NULL AND spec ->> 'sha256' = :sha256)",
                        Boolean.class)
                .setParameter("sha256", sha256)
                .getSingleResult();
    }

    private static Upload upload(Tuple row) {
        return new Upload(
                row.get("image_id", UUID.class),
                row.get("bytes", Long.class),
                row.get("received", Long.class),
                row.get("touched", Instant.class),
                row.get("fault", String.class));
    }
}
