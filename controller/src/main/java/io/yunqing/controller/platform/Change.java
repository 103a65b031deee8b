package io.yunqing.controller.platform;

import io.yunqing.api.Kind;
import java.util.UUID;

/**
 * A change of a resource, fired as a CDI event inside the transaction that makes it; whoever keeps records of changes
 * observes it and writes in the same transaction.
 *
 * @param tenant the tenant that scopes the name, or null
 * @param type a stable word: {@code created}, {@code updated}, {@code deleted}, {@code phase}, {@code fault},
 *     {@code console}
 */
public record Change(
        Kind kind,
        String tenant,
        String name,
        UUID id,
        String type,
        String message,
        long revision) {}
