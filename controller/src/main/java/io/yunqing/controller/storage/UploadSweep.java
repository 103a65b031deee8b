package io.yunqing.controller.storage;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.storage.UploadStore.Upload;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Ends what a killed controller left between two steps: judges what is complete, throws away what was abandoned, and deletes
 * files that are nobody's.
 */
@ApplicationScoped
class UploadSweep {
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final Acceptance acceptance;
    private final UploadStore store;
    private final ImageFolder folder;
    private final Transactions transactions;
    private final InstantSource clock;
    private final Duration expire;

    UploadSweep(
            Acceptance acceptance,
            UploadStore store,
            ImageFolder folder,
            Transactions transactions,
            InstantSource clock,
            @ConfigProperty(name = "yunqing.images.expire") Duration expire) {
        this.acceptance = acceptance;
        this.store = store;
        this.folder = folder;
        this.transactions = transactions;
        this.clock = clock;
        this.expire = expire;
    }

    void start(@Observes StartupEvent event, Every every) {
        every.rarely("sweeping uploads", PAUSE, this::sweep);
    }

    void sweep() {
        transactions.read(store::complete).forEach(acceptance::finish);
        List<UUID> abandoned =
                transactions.read(() -> store.abandoned(clock.instant().minus(expire)));
        abandoned.forEach(acceptance::expire);
        deleteUnwanted();
    }

    /** Deletes files that are no image's any more. */
    void deleteUnwanted() {
        folder.parts().forEach(this::deletePartUnlessWanted);
        folder.wholes().forEach(this::deleteWholeUnlessWanted);
    }

    private void deletePartUnlessWanted(UUID image) {
        transactions.write(() -> {
            // Whoever writes a piece holds the upload.
            Optional<Upload> upload = store.take(image);
            boolean held = upload.isEmpty() && store.find(image).isPresent();
            boolean wanted = upload.isPresent() && upload.get().received() > 0;
            if (!held && !wanted) {
                folder.deletePart(image);
            }
            return true;
        });
    }

    private void deleteWholeUnlessWanted(String sha256) {
        transactions.write(() -> {
            store.lockDigest(sha256);
            if (!store.isWanted(sha256)) {
                folder.deleteWhole(sha256);
            }
            return true;
        });
    }
}
