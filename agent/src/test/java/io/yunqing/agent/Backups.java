package io.yunqing.agent;

import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.RepositoryPlace;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Desired backups for tests. */
public final class Backups {

    public static final UUID ID = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000b1");
    public static final UUID SECOND = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000b2");
    public static final UUID THIRD = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000b3");

    private static final UUID REPOSITORY = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000e1");

    /** In a place that is nobody's. */
    public static final RepositoryPlace NOWHERE = place("file:///nowhere", false);

    private Backups() {}

    public static RepositoryPlace place(String url, boolean used) {
        return new RepositoryPlace(REPOSITORY, "vault", url, used, null);
    }

    public static RepositoryPlace place(RepositoryPlace.Bucket bucket, boolean used) {
        return new RepositoryPlace(REPOSITORY, "vault", RepositoryPlace.NO_FOLDER, used, bucket);
    }

    /** A full one of a volume. */
    public static BackupDesired full(UUID id, RepositoryPlace place) {
        return backup(id, place, false, null);
    }

    /** One that may build on what was taken before. */
    public static BackupDesired since(
            UUID id, RepositoryPlace place, UUID base, BackupTaken taken) {
        return backup(id, place, false, new BackupDesired.Base(base, taken.sizeBytes()));
    }

    public static BackupDesired tombstone(UUID id, RepositoryPlace place) {
        return backup(id, place, true, null);
    }

    private static BackupDesired backup(
            UUID id, RepositoryPlace place, boolean deleted, BackupDesired.@Nullable Base base) {
        String name = "backup-" + id.toString().substring(34);
        return new BackupDesired(
                id, "registration-prod", name, 1, deleted, Volumes.ID, place, base);
    }

    public static BackupSource source(RepositoryPlace place, BackupSource.Part... chain) {
        return new BackupSource(place, Volumes.ID, List.of(chain));
    }

    public static BackupSource.Part part(UUID id, BackupTaken taken) {
        return new BackupSource.Part(id, taken.bytes(), taken.sha256());
    }
}
