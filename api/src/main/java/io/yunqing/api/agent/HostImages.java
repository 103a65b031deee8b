package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;

/**
 * {@code PUT /agent/v1/images}: all that a host knows of images. Sent when the agent starts and whenever something of it changed, and
 * never beside reports.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record HostImages(@NotNull @Size(max = MOST) List<@NotNull @Valid ImageObserved> images) {

    /** As many as no host keeps. */
    public static final int MOST = 1_000;
}
