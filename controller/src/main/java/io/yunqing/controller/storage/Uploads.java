package io.yunqing.controller.storage;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import io.yunqing.api.ImageUpload;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.UploadState;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.storage.ImageFolder.Lost;
import io.yunqing.controller.storage.UploadStore.Upload;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Takes in the bytes of images, piece by piece. What the database says was received is on the disk, whatever is killed.
 */
@ApplicationScoped
class Uploads {
    private final UploadStore store;
    private final ImageFolder folder;
    private final Transactions transactions;
    private final RunningDigests digests;
    private final Acceptance acceptance;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final long largest;
    private final Duration expire;

    Uploads(
            UploadStore store,
            ImageFolder folder,
            Transactions transactions,
            RunningDigests digests,
            Acceptance acceptance,
            InstantSource clock,
            MeterRegistry meters,
            @ConfigProperty(name = "yunqing.images.largest") MemorySize largest,
            @ConfigProperty(name = "yunqing.images.expire") Duration expire) {
        this.store = store;
        this.folder = folder;
        this.transactions = transactions;
        this.digests = digests;
        this.acceptance = acceptance;
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
        } catch (Lost lost) {
            throw acceptance.lost(lost.image());
        }
        meters.counter("yunqing.image.upload.bytes").increment(piece.length);
        digests.add(taken.image, offset, piece, taken.before, taken.now);
        if (taken.progress.received == taken.progress.bytes) {
            acceptance
                    .finish(taken.image)
                    .ifPresent(fault -> {
                        throw fault;
                    });
        }
        return taken.progress;
    }

    /**
     * A piece that was taken.
     *
     * @param before when the one in front of it came
     * @param now when it came
     */
    private record Taken(UUID image, Progress progress, Instant before, Instant now) {}

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
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        if (piece.length > 0) {
            folder.requireRoom(piece.length, 0);
            folder.write(image.id, offset, piece);
            store.received(image.id, received, now);
        }
        return new Taken(
                image.id,
                new Progress(
                        received,
                        upload.bytes(),
                        received == upload.bytes() ? null : now.plus(expire)),
                upload.touched(),
                piece.length > 0 ? now : upload.touched());
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
