package io.yunqing.agent;

import io.yunqing.api.WipePolicy;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.api.agent.VolumeDesired;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Desired volumes for tests. */
public final class Volumes {

    public static final UUID ID = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000aa");
    public static final UUID OTHER = UUID.fromString("0198f1a2-7b3c-7def-8123-0000000000bb");

    private Volumes() {}

    /** One that its host has not reported yet. */
    public static VolumeDesired fresh(UUID id, int sizeGiB) {
        return volume(id, sizeGiB, false, false);
    }

    /** One that its host has reported before. */
    public static VolumeDesired made(UUID id, int sizeGiB) {
        return volume(id, sizeGiB, false, true);
    }

    /** One that its host has not reported yet and that becomes a copy. */
    public static VolumeDesired copy(UUID id, int sizeGiB, UUID source, @Nullable UUID moment) {
        return copy(fresh(id, sizeGiB), source, 0, moment);
    }

    /** One that its host has reported before, and whose content is to be replaced. */
    public static VolumeDesired restored(UUID id, int sizeGiB, UUID source, int restore) {
        return copy(made(id, sizeGiB), source, restore, null);
    }

    /** One that its host has not reported yet and that is made from a backup. */
    public static VolumeDesired fromBackup(UUID id, int sizeGiB, BackupSource backup) {
        var of = fresh(id, sizeGiB);
        return new VolumeDesired(
                id,
                of.tenant(),
                of.name(),
                1,
                false,
                false,
                sizeGiB,
                null,
                0,
                null,
                backup,
                null,
                null,
                null);
    }

    private static VolumeDesired copy(
            VolumeDesired of, UUID source, int restore, @Nullable UUID moment) {
        return new VolumeDesired(
                of.id(),
                of.tenant(),
                of.name(),
                of.revision(),
                of.deleted(),
                of.made(),
                of.sizeGiB(),
                source,
                restore,
                moment,
                null,
                null,
                null,
                null);
    }

    /** The same, in a pool beside the host's own. */
    public static VolumeDesired in(PoolPlace pool, VolumeDesired of) {
        return new VolumeDesired(
                of.id(),
                of.tenant(),
                of.name(),
                of.revision(),
                of.deleted(),
                of.made(),
                of.sizeGiB(),
                of.source(),
                of.restore(),
                of.moment(),
                of.backup(),
                of.wipe(),
                of.image(),
                pool);
    }

    /** One that its host has not reported yet and that is made from an image. */
    public static VolumeDesired fromImage(UUID id, int sizeGiB, ImageSource image) {
        var of = fresh(id, sizeGiB);
        return new VolumeDesired(
                id,
                of.tenant(),
                of.name(),
                1,
                false,
                false,
                sizeGiB,
                null,
                0,
                null,
                null,
                null,
                image,
                null);
    }

    /** One that is to be overwritten before it is removed. */
    public static VolumeDesired wiped(UUID id) {
        var of = tombstone(id);
        return new VolumeDesired(
                id,
                of.tenant(),
                of.name(),
                1,
                true,
                true,
                1,
                null,
                0,
                null,
                null,
                WipePolicy.ZERO,
                null,
                null);
    }

    public static VolumeDesired tombstone(UUID id) {
        return volume(id, 1, true, true);
    }

    private static VolumeDesired volume(UUID id, int sizeGiB, boolean deleted, boolean made) {
        String name = "data-" + id.toString().substring(34);
        return new VolumeDesired(
                id,
                "registration-prod",
                name,
                1,
                deleted,
                made,
                sizeGiB,
                null,
                0,
                null,
                null,
                null,
                null,
                null);
    }
}
