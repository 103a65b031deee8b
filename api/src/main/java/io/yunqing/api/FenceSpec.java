package io.yunqing.api;

import jakarta.validation.constraints.NotNull;

/**
 * What is proven.
 *
 * @param host of which it is known that what may be restarted elsewhere does not run there
 * @param proof how that is known
 */
public record FenceSpec(@NotNull String host, @NotNull FenceProof proof) {}
