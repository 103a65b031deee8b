package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.WipePolicy;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one volume should be on one host. Which instance has it stands in {@link InstanceDesired#volumes}.
 *
 * @param revision the host revision at which this last changed
 * @param deleted a tombstone: remove it once no domain has it, and report {@link VolumeState#REMOVED}
 * @param made whether the host has reported it before: if it is not there then, it is lost and never made anew
 * @param sizeGiB its size in GiB; one that is smaller is made larger, one that is larger is left as it is
 * @param source the volume that it is to become a copy of; absent when it is to be left as it is, or begins empty
 * @param restore of which restore its content should be: what is of an earlier one is replaced by a copy of the source; what has
 *     no source is not replaced
 * @param moment those of one moment become copies of what their sources were at one and the same instant; absent when it is
 *     copied by itself
 * @param backup which it is to be made from; absent once it is there, or when it begins as something else
 * @param wipe how its file is to be overwritten before it is removed; absent when it is not to be, and once the controller has the
 *     evidence of it
 * @param image what it begins with; absent once it is there, or when it begins as something else
 * @param pool in which it is; absent when it is in the host's own
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VolumeDesired(
        UUID id,
        String tenant,
        String name,
        long revision,
        boolean deleted,
        boolean made,
        int sizeGiB,
        @Nullable UUID source,
        int restore,
        @Nullable UUID moment,
        @Nullable BackupSource backup,
        @Nullable WipePolicy wipe,
        @Nullable ImageSource image,
        @Nullable PoolPlace pool) {

    /** Whether it is not there yet and will be a copy. */
    public boolean isCopyToMake() {
        return source != null && !made && !deleted;
    }

    /** Whether it is not there yet and will be made from a backup. */
    public boolean isBackupToRestore() {
        return backup != null && !made && !deleted;
    }

    /** Whether it is not there yet and will be made from an image. */
    public boolean isImageToUnpack() {
        return image != null && !made && !deleted;
    }

    /**
     * By which a guest finds the volume; a virtio disk's serial has room for 20 characters, so it is the end of the id, which
     * is the random part of it.
     */
    public static String serial(UUID id) {
        return id.toString().replace("-", "").substring(12);
    }
}
