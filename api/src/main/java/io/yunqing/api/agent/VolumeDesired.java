package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.UUID;

/**
 * What one volume should be on one host. Which instance has it stands in {@link InstanceDesired#volumes}.
 *
 * @param revision the host revision at which this last changed
 * @param deleted a tombstone: remove it once no domain has it, and report {@link VolumeState#REMOVED}
 * @param made whether the host has reported it before: if it is not there then, it is lost and never made anew
 * @param sizeGiB its size in GiB; one that is smaller is made larger, one that is larger is left as it is
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record VolumeDesired(
        UUID id,
        String tenant,
        String name,
        long revision,
        boolean deleted,
        boolean made,
        int sizeGiB) {

    /**
     * By which a guest finds the volume; a virtio disk's serial has room for 20 characters, so it is the end of the id, which
     * is the random part of it.
     */
    public static String serial(UUID id) {
        return id.toString().replace("-", "").substring(12);
    }
}
