package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far the bytes of an image without a URL have come.
 *
 * @param receivedBytes how many the controller has on its disk
 * @param bytes how many it will be; absent until somebody said so
 * @param expires when what was received is thrown away if nothing more comes; absent if nothing waits for more
 * @param fault why what had been received was thrown away; absent when nothing was, or another attempt has begun since
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImageUpload(
        UploadState state,
        long receivedBytes,
        @Nullable Long bytes,
        @Nullable Instant expires,
        @Nullable String fault) {}
