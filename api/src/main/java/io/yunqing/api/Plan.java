package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request would do: the answer to {@code ?mode=plan}.
 *
 * @param action {@code create}, {@code update}, {@code delete} or {@code none}
 * @param changes what would differ, field by field
 * @param after the resource as it would be; absent for a deletion
 * @param digest names this very plan: sent back as {@code ?digest=}, the request is refused if it would do anything else
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Plan(String action, List<Change> changes, @Nullable Object after, String digest) {

    /** One field's old and new value; either is absent where there is none. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Change(String field, @Nullable Object from, @Nullable Object to) {}
}
