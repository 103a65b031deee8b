package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.ImageFormat;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a host knows of an image; it is known by its digest and the format that it was read in.
 *
 * @param cached whether the host has it
 * @param diskBytes the size of the disk that it describes; absent when it was not looked at or by an older agent
 * @param checkedAt when it was last found good, by the host's clock
 * @param fault why the host does not have it; absent when it does, or did not try
 * @param refused whether that is for what the image is, and not for how it was got
 * @param faultAt by the host's clock
 * @param disks how many files stand on it; counted only while it is to go
 * @param answers the latest wish that was fulfilled as far as it can be; see {@link ImageDesired#revision}
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImageObserved(
        @NotNull @Pattern(regexp = "[0-9a-f]{64}") String sha256,
        @NotNull ImageFormat format,
        boolean cached,
        @Nullable @PositiveOrZero Long diskBytes,
        @Nullable Instant checkedAt,
        @Nullable @Size(max = 4000) String fault,
        boolean refused,
        @Nullable Instant faultAt,
        @Nullable @PositiveOrZero Integer disks,
        @Nullable Long answers) {}
