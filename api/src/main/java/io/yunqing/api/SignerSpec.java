package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * By what a signer's signatures are known.
 *
 * @param publicKey an EC key on P-256 or P-384, as one PEM block {@code PUBLIC KEY}; no other signer has it. Cannot be changed while
 *     images carry its signature
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SignerSpec(
        @Nullable @Size(max = 200) String displayName,
        @NotNull @Size(max = 2000) String publicKey) {}
