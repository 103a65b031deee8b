package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What a zone is.
 *
 * @param displayName the name people read
 * @param cpuModel which processor, by libvirt's name, guests of the zone see, whatever their hosts have: a guest can then move between
 *     all hosts that can show it. Each guest sees its host's own when absent. A change reaches a guest when it is next started
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ZoneSpec(
        @Nullable @Size(max = 200) String displayName,
        @Nullable
                @Pattern(
                        regexp = "[A-Za-z0-9][A-Za-z0-9_.-]{0,63}",
                        message = "give the name of a model, such as Westmere")
                String cpuModel) {}
