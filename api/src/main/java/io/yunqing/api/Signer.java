package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** Somebody whose signature vouches for images. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Signer(
        @Nullable Kind kind,
        @NotNull @Valid Metadata metadata,
        @NotNull @Valid SignerSpec spec,
        @Nullable SignerStatus status)
        implements Resource<SignerSpec, SignerStatus> {}
