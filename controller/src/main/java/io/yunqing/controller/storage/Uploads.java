package io.yunqing.controller.storage;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import io.yunqing.api.ImageUpload;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.UploadState;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.storage.ImageFolder.Lost;
import io.yunqing.controller.storage.UploadStore.Upload;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.Session;

/**
 * Takes in the bytes of images, piece by piece. What the database says was received is on the disk, whatever is killed; an
 * image becomes ready when all of it was found to have the promised digest.
 */
@ApplicationScoped
class Uploads {
    private final Session em;
    private final UploadStore store;
    private final ImageFolder folder;
    private final Transactions transactions;
    private final Changes changes;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final long largest;
    private final Duration expire;
    private final RunningDigests digests = new RunningDigests();
    private final Set<UUID> finishing = ConcurrentHashMap.newKeySet();

    Uploads(
            Session em,
            UploadStore store,
            ImageFolder folder,
            Transactions transactions,
            Changes changes,
            InstantSource clock,
            MeterRegistry meters,
            @ConfigProperty(name = "yunqing.images.largest") MemorySize largest,
            @ConfigProperty(name = "yunqing.images.expire") Duration expire) {
        this.em = em;
        this.store = store;
        this.folder = folder;
        this.transactions = transactions;
        this.changes = changes;
        this.clock = clock;
        this.meters = meters;
        this.largest = largest.asLongValue();
        this.expire = expire;
    }

    /**
     * How far an upload is.
     *
     * @param expires when it is thrown away if nothing more comes; null if it does not wait for anything
     */
    record Progress(long received, long bytes, Instant expires) {}

    /** In bytes. */
    long largest() {
        return largest;
    }

    /** How far an image's bytes have come. */
    ImageUpload status(ImageRow image, Upload upload) {
        if (image.contentBytes != null) {
            return new ImageUpload(
                    UploadState.WHOLE, image.contentBytes, image.contentBytes, null, null);
        }
        if (upload == null) {
            return new ImageUpload(UploadState.AWAITED, 0, null, null, null);
        }
        UploadState state =
                upload.received() == 0
                        ? UploadState.AWAITED
                        : upload.isComplete() ? UploadState.CHECKING : UploadState.UPLOADING;
        return new ImageUpload(
                state, upload.received(), upload.bytes(), expires(upload), upload.fault());
    }

    private Instant expires(Upload upload) {
        return upload.received() == 0 || upload.isComplete() ? null : upload.touched().plus(expire);
    }

    /**
     * @throws ProblemException if there is no such image, or nothing was said of its bytes yet
     */
    Progress look(String name) {
        return transactions.read(() -> {
            ImageRow image = existing(name);
            if (image.contentBytes != null) {
                return new Progress(image.contentBytes, image.contentBytes, null);
            }
            return progress(
                    store.find(image.id)
                            .orElseThrow(() ->
                                    ProblemException.of(
                                            ProblemCode.NOT_FOUND,
                                            "nothing is being uploaded of image " + name,
                                            "begin by POST with Upload-Length, or yqctl image upload %s FILE"
                                                    .formatted(name))));
        });
    }

    /**
     * Begins an upload; one that has begun with the same length goes on.
     *
     * @throws ProblemException if the image awaits none, or so much cannot be kept
     */
    Progress begin(String name, long bytes) {
        if (bytes < 1 || bytes > largest) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "Upload-Length",
                    "is not how large an image may be",
                    "1.." + largest,
                    bytes,
                    "an operator allows larger ones by YUNQING_IMAGES_LARGEST");
        }
        return transactions.write(() -> {
            ImageRow image = awaiting(name);
            Optional<Upload> known = store.find(image.id);
            if (known.isPresent() && known.get().received() > 0) {
                requireSameLength(name, known.get(), bytes);
                return progress(known.get());
            }
            Instant now = clock.instant();
            folder.requireRoom(bytes, store.outstanding(image.id, now.minus(expire)));
            store.begin(image.id, bytes, now);
            return new Progress(0, bytes, null);
        });
    }

    private static void requireSameLength(String name, Upload known, long bytes) {
        if (known.bytes() != bytes) {
            throw ProblemException.field(
                    ProblemCode.UPLOAD_OFFSET,
                    "Upload-Length",
                    "an upload of another length is under way",
                    String.valueOf(known.bytes()),
                    bytes,
                    "send the same file, or end that upload by DELETE /v1/images/%s/upload"
                            .formatted(name));
        }
    }

    /**
     * Takes a piece; it is on the disk when this returns. With the last one, the whole is checked.
     *
     * @throws ProblemException if it does not follow what was received, cannot be kept, or the whole is not what was promised
     */
    Progress receive(String name, long offset, byte[] piece) {
        Taken taken;
        try {
            taken = transactions.write(() -> take(name, offset, piece));
        } catch (Missing missing) {
            throw lost(missing.image);
        }
        meters.counter("yunqing.image.upload.bytes").increment(piece.length);
        digests.add(taken.image, offset, piece);
        if (taken.progress.received == taken.progress.bytes) {
            finish(taken.image)
                    .ifPresent(fault -> {
                        throw fault;
                    });
        }
        return taken.progress;
    }

    private record Taken(UUID image, Progress progress) {}

    /** Undoes the transaction in which it shows that what was received is gone. */
    private static final class Missing extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final UUID image;

        Missing(UUID image) {
            super(null, null, false, false);
            this.image = image;
        }
    }

    private Taken take(String name, long offset, byte[] piece) {
        ImageRow image = awaiting(name);
        Upload upload = taken(image);
        if (offset != upload.received()) {
            throw ProblemException.field(
                    ProblemCode.UPLOAD_OFFSET,
                    "Upload-Offset",
                    "is not where the next bytes belong",
                    String.valueOf(upload.received()),
                    offset,
                    "ask by HEAD how much was received, and go on there");
        }
        long received = offset + piece.length;
        if (received > upload.bytes()) {
            throw ProblemException.field(
                    ProblemCode.UPLOAD_OFFSET,
                    "Upload-Offset",
                    "the piece ends behind the length that was said",
                    String.valueOf(upload.bytes()),
                    received,
                    "send the file that the upload was begun with");
        }
        if (piece.length > 0) {
            folder.requireRoom(piece.length, 0);
            write(image.id, offset, piece);
            store.received(image.id, received, clock.instant());
        }
        return new Taken(
                image.id,
                new Progress(
                        received,
                        upload.bytes(),
                        received == upload.bytes() ? null : clock.instant().plus(expire)));
    }

    private void write(UUID image, long offset, byte[] piece) {
        try {
            folder.write(image, offset, piece);
        } catch (Lost _) {
            throw new Missing(image);
        }
    }

    /** The upload, for this transaction alone. */
    private Upload taken(ImageRow image) {
        return store.take(image.id)
                .orElseThrow(() ->
                        store.find(image.id).isPresent()
                                ? Transactions.busy(
                                        "another piece of image %s is being written"
                                                .formatted(image.name))
                                : ProblemException.of(
                                        ProblemCode.NOT_FOUND,
                                        "nothing is being uploaded of image " + image.name,
                                        "begin by POST with Upload-Length"));
    }

    /**
     * Throws away what was received.
     *
     * @throws ProblemException if nothing is being uploaded
     */
    void abandon(String name) {
        transactions.write(() -> {
            ImageRow image = awaiting(name);
            taken(image);
            folder.deletePart(image.id);
            digests.forget(image.id);
            return store.end(image.id);
        });
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
        } catch (Lost | Missing _) {
            return Optional.of(lost(id));
        } finally {
            finishing.remove(id);
        }
    }

    private record Received(UUID id, String name, String promised, long bytes) {}

    private Optional<Received> received(UUID id) {
        ImageRow image = em.find(ImageRow.class, id);
        return store.find(id)
                .filter(Upload::isComplete)
                .map(upload -> new Received(id, image.name, image.spec.sha256(), upload.bytes()));
    }

    private Optional<ProblemException> judge(Received received) throws Lost {
        Optional<String> running = digests.end(received.id, received.bytes);
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
        if (image == null || !store.end(received.id)) {
            return false;
        }
        try {
            folder.publish(received.id, received.promised);
        } catch (Lost _) {
            throw new Missing(received.id);
        }
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

    private ProblemException lost(UUID image) {
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

    private Progress progress(Upload upload) {
        return new Progress(upload.received(), upload.bytes(), expires(upload));
    }

    /**
     * @throws ProblemException if its bytes are not to be uploaded, or all of them were
     */
    private static ImageRow awaiting(String name) {
        ImageRow image = existing(name);
        if (image.contentBytes != null) {
            throw ProblemException.of(
                    ProblemCode.UPLOAD_NOT_AWAITED,
                    "image %s has all its %d bytes".formatted(name, image.contentBytes),
                    "create another image; the bytes of one never change");
        }
        return image;
    }

    private static ImageRow existing(String name) {
        ImageRow image =
                ImageRow.<ImageRow>find("name", name)
                        .firstResultOptional()
                        .orElseThrow(() ->
                                ProblemException.of(
                                        ProblemCode.NOT_FOUND,
                                        "there is no image of this name",
                                        "create it by POST /v1/images, without a url"));
        if (image.spec.url() != null) {
            throw ProblemException.of(
                    ProblemCode.UPLOAD_NOT_AWAITED,
                    "image %s is fetched from its url".formatted(name),
                    "create another image without a url to upload its bytes");
        }
        return image;
    }
}
