package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Who uses it, and whether it is there.
 *
 * @param instances how many instances were made from it
 * @param upload how far its bytes have come; absent of an image with a URL
 * @param signedBy the signer whose key its signature was made with; absent of an unsigned image
 * @param checks what hosts found it to be; absent while none had anything to do with it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImageStatus(
        int instances,
        @Nullable ImageUpload upload,
        @Nullable String signedBy,
        @Nullable ImageChecks checks) {}
