package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a resource, in the order in which it became visible.
 *
 * @param cursor opaque; a watch resumes behind it
 * @param type a stable word: {@code created}, {@code updated}, {@code deleted}, {@code phase}, {@code fault},
 *     {@code console}
 * @param actor who did it: a person, a program, {@code host/NAME} for what an agent reported
 * @param reason what the actor gave as reason
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Event(
        String cursor,
        Instant at,
        Kind kind,
        @Nullable String tenant,
        String name,
        UUID id,
        String type,
        String actor,
        @Nullable String reason,
        String message,
        long revision) {}
