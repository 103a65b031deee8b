package io.yunqing.controller.ledger;

import java.util.UUID;

/** Why capacity was not given; nothing was taken. */
public sealed interface Refusal {
    String resource();

    /** The most there may be in use. */
    long limit();

    long used();

    long asked();

    /**
     * A limit does not allow it.
     *
     * @param owner whose limit: the one that was to pay, or one above it
     */
    record OverLimit(UUID owner, String resource, long limit, long used, long asked)
            implements Refusal {}

    /** The provider has less left than the caller believed. */
    record ProviderFull(UUID provider, String resource, long limit, long used, long asked)
            implements Refusal {}
}
