package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.Firmware;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import org.jspecify.annotations.Nullable;

/**
 * What an instance is started with, besides its size. A change takes effect when it is next started.
 *
 * @param firmware that of the image it is started from
 * @param cpuModel which processor it sees, by libvirt's name; its host's own when absent
 * @param rescue what it is started from instead of its root disk, which it has beside it; absent when it is not rescued
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Machine(Firmware firmware, @Nullable String cpuModel, @Nullable ImageSource rescue) {

    /** That of instances before anything else could be desired. */
    public static final Machine PLAIN = new Machine(Firmware.BIOS, null, null);

    /** All of it in one word, by which it is seen whether a domain is of this machine. */
    public String word() {
        return "%s/%s/%s"
                .formatted(
                        firmware,
                        cpuModel == null ? "" : cpuModel,
                        rescue == null ? "" : rescue.sha256());
    }
}
