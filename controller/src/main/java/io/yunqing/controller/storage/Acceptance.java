package io.yunqing.controller.storage;

import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.storage.ImageFolder.Lost;
import io.yunqing.controller.storage.UploadStore.Upload;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.Session;

/** What becomes of an upload: an image's bytes if all that came has the promised digest, else nothing, and it begins anew. */
@ApplicationScoped
class Acceptance {
    private final Session em;
    private final UploadStore store;
    private final ImageFolder folder;
    private final RunningDigests digests;
    private final Transactions transactions;
    private final Changes changes;
    private final Duration expire;
    private final Set<UUID> finishing = ConcurrentHashMap.newKeySet();

    Acceptance(
            Session em,
            UploadStore store,
            ImageFolder folder,
            RunningDigests digests,
            Transactions transactions,
            Changes changes,
            @ConfigProperty(name = "yunqing.images.expire") Duration expire) {
        this.em = em;
        this.store = store;
        this.folder = folder;
        this.digests = digests;
        this.transactions = transactions;
        this.changes = changes;
        this.expire = expire;
    }

    /**
     * Judges an upload of which all bytes were received, unless somebody does already.
     *
     * @return why it became no image
     */
    Optional<ProblemException> finish(UUID id) {
        if (!finishing.add(id)) {
            return Optional.empty();
        }
        try {
            Optional<Received> received = transactions.read(() -> received(id));
            return received.isEmpty() ? Optional.empty() : judge(received.get());
        } catch (Lost _) {
            return Optional.of(lost(id));
        } finally {
            finishing.remove(id);
        }
    }

    /**
     * What came.
     *
     * @param at when the last of it came
     */
    private record Received(UUID id, String name, String promised, long bytes, Instant at) {}

    private Optional<Received> received(UUID id) {
        ImageRow image = em.find(ImageRow.class, id);
        return store.find(id)
                .filter(Upload::isComplete)
                .map(upload ->
                        new Received(
                                id,
                                image.name,
                                image.spec.sha256(),
                                upload.bytes(),
                                upload.touched()));
    }

    private Optional<ProblemException> judge(Received received) {
        Optional<String> running = digests.end(received.id, received.bytes, received.at);
        String found =
                running.isPresent() ? running.get() : folder.digest(received.id, received.promised);
        if (!found.equals(received.promised)) {
            return Optional.of(refused(received, found));
        }
        transactions.write(() -> publish(received));
        return Optional.empty();
    }

    private boolean publish(Received received) {
        store.lockDigest(received.promised);
        ImageRow image = em.find(ImageRow.class, received.id, LockModeType.PESSIMISTIC_WRITE);
        boolean same =
                store.take(received.id)
                        .filter(upload ->
                                upload.isComplete() && upload.touched().equals(received.at))
                        .isPresent();
        if (image == null || !same) {
            return false;
        }
        store.end(received.id);
        folder.publish(received.id, received.promised);
        image.contentBytes = received.bytes;
        image.revision++;
        em.flush();
        changes.announce(
                image.changed(
                        Kind.IMAGE,
                        "uploaded",
                        "all %d bytes of image %s were received and have the promised digest"
                                .formatted(received.bytes, received.name)));
        return true;
    }

    private ProblemException refused(Received received, String found) {
        String fault =
                "the %d bytes that were received have sha256 %s, promised was %s"
                        .formatted(received.bytes, found, received.promised);
        reset(received.id, fault);
        return ProblemException.of(
                ProblemCode.IMAGE_DIGEST_MISMATCH,
                fault,
                "send the file with the promised digest, or delete image %s and create it anew with the digest of this one"
                        .formatted(received.name));
    }

    /** Lets an upload begin anew whose bytes are gone; answers what to say of that. */
    ProblemException lost(UUID image) {
        String fault =
                "what had been received is not in the controller's folder of images any more";
        reset(image, fault);
        return ProblemException.of(
                ProblemCode.UPLOAD_OFFSET,
                fault,
                "begin anew; with several controllers, YUNQING_IMAGES_FOLDER is one folder that all of them see");
    }

    /** Lets an upload that got nothing for long begin anew. */
    void expire(UUID image) {
        reset(image, "nothing more came for %d h".formatted(expire.toHours()));
    }

    private void reset(UUID id, String fault) {
        transactions.write(() -> {
            Optional<Upload> upload = store.take(id);
            ImageRow image = em.find(ImageRow.class, id);
            if (upload.isEmpty() || image == null) {
                return false;
            }
            digests.forget(id);
            folder.deletePart(id);
            store.reset(id, fault);
            changes.announce(
                    image.changed(
                            Kind.IMAGE,
                            "fault",
                            "what was received of image %s was thrown away: %s"
                                    .formatted(image.name, fault)));
            return true;
        });
    }
}
