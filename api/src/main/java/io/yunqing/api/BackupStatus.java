package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a backup.
 *
 * @param type what it holds; absent before it is there, as are all that follow up to {@code takenAt}
 * @param base the backup that an incremental one builds on
 * @param fullReason why it is full though that was not asked for
 * @param sizeGiB the volume's size when it was taken: no volume made from it is smaller
 * @param bytes how much it takes in the repository
 * @param sha256 of its file there, 64 lower-case hex digits
 * @param takenAt the moment that it is of, by its host's clock
 * @param host which has taken it, or is to remove it; absent once that host is gone
 * @param progress how far it is, while it is taken and stored
 * @param lastError the most recent failure that still matters, in the words of whoever refused
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupStatus(
        BackupPhase phase,
        @Nullable BackupKind type,
        @Nullable String base,
        @Nullable String fullReason,
        int sizeGiB,
        @Nullable Long bytes,
        @Nullable String sha256,
        @Nullable Instant takenAt,
        @Nullable String host,
        @Nullable BackupProgress progress,
        @Nullable Fault lastError,
        List<Condition> conditions) {}
