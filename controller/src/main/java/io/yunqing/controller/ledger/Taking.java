package io.yunqing.controller.ledger;

/** How an attempt to take capacity ended. */
public sealed interface Taking {
    record Taken() implements Taking {}

    /** The owner's limit does not allow it; nothing was taken. */
    record OverLimit(String resource, long limit, long used, long asked) implements Taking {}

    /** The provider has less left than the caller believed; nothing was taken. */
    record ProviderFull(String resource, long limit, long used, long asked) implements Taking {}
}
