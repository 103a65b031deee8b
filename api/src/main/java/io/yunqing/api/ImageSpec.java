package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Where an image comes from and how it is recognised.
 *
 * @param url {@code file:}, {@code http:} or {@code https:}; each host fetches it once and keeps it. Without one, its bytes are sent
 *     to the controller, and hosts fetch them there
 * @param sha256 of its bytes, 64 lower-case hex digits; an image that differs is refused
 * @param minDiskGiB the smallest root disk it fits on; hosts refuse an image that describes a larger disk
 * @param stage what it may be used for; {@link ImageStage#PUBLISHED} when absent at its creation, and what it was when absent later
 * @param firmware by which it is started; {@link Firmware#BIOS} when absent. Cannot be changed
 * @param signature of its bytes by a signer: ECDSA with SHA-256, in DER, as base64 on one line. What it was when absent; removed when
 *     empty
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImageSpec(
        @Nullable @Size(max = 200) String displayName,
        @Nullable
                @Size(max = 2000)
                @Pattern(
                        regexp = "(file|https?)://?/?[^\\s]+",
                        message = "give a file:, http: or https: URL")
                String url,
        @NotNull
                @Pattern(
                        regexp = "[0-9a-f]{64}",
                        message = "give 64 lower-case hex digits, as sha256sum prints them")
                String sha256,
        @NotNull ImageFormat format,
        @NotNull @Min(1) @Max(65_536) Integer minDiskGiB,
        @Nullable ImageStage stage,
        @Nullable Firmware firmware,
        @Nullable
                @Size(
                        max = ImageSpec.LONGEST_SIGNATURE,
                        message = "is longer than any signature by a key on P-256 or P-384")
                @Pattern(
                        regexp = "([A-Za-z0-9+/]+={0,2})?",
                        message = "give base64 on one line, as base64 -w0 prints it")
                String signature) {

    /** Of one by a key on P-384, in characters of base64. */
    public static final int LONGEST_SIGNATURE = 140;

    public ImageStage stageOrDefault() {
        return stage == null ? ImageStage.PUBLISHED : stage;
    }

    public Firmware firmwareOrDefault() {
        return firmware == null ? Firmware.BIOS : firmware;
    }

    /** As it is stored: its stage is said. */
    public ImageSpec withStage(ImageStage said) {
        return new ImageSpec(
                displayName, url, sha256, format, minDiskGiB, said, firmware, signature);
    }

    public ImageSpec withSignature(@Nullable String found) {
        return new ImageSpec(displayName, url, sha256, format, minDiskGiB, stage, firmware, found);
    }
}
