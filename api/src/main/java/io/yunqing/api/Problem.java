package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused (RFC 9457, media type {@code application/problem+json}).
 *
 * @param type a URI that names the code
 * @param detail what is wrong in this case
 * @param code stable, to be branched on; see {@link ProblemCode}
 * @param retryable whether the same request may succeed later
 * @param remedy what the caller can do
 * @param errors the fields concerned
 * @param explanation for a placement refusal: why no host would do
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type,
        String title,
        int status,
        @Nullable String detail,
        String code,
        ProblemKind kind,
        boolean retryable,
        @Nullable String remedy,
        List<FieldError> errors,
        @Nullable PlacementExplanation explanation) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /**
     * One field's error.
     *
     * @param field where it stands in the request, such as {@code spec.vcpus}
     * @param limit what is allowed, such as {@code <= 512}
     * @param actual what was given, shortened when long
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FieldError(
            String field, String message, @Nullable String limit, @Nullable String actual) {}
}
