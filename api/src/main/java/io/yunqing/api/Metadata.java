package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a resource is found and compared.
 *
 * @param name unique among its kind (for what lives in a tenant: within it); never changes
 * @param tenant the tenant that scopes the name, for kinds that live in one
 * @param id UUIDv7, given by the controller
 * @param revision grows with every change of the resource; its ETag
 * @param labels free keys and values to filter lists by
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Metadata(
        @NotNull @Size(max = LONGEST_NAME) @Pattern(regexp = NAME, message = NAME_RULE) String name,
        @Nullable String tenant,
        @Nullable UUID id,
        @Nullable Long revision,
        @Nullable Instant created,
        @Nullable @Size(max = 32)
                Map<
                                @Size(max = 63)
                                @Pattern(regexp = LABEL_KEY, message = LABEL_KEY_RULE) String,
                                @NotNull @Size(max = 255) String>
                        labels) {

    /** In characters. */
    public static final int LONGEST_NAME = 63;

    /** A DNS label (RFC 1123), so that a name can serve as a host name. */
    public static final String NAME = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";

    public static final String NAME_RULE =
            "use lower-case letters, digits and hyphens; begin and end with a letter or digit";
    public static final String LABEL_KEY = "[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?";
    public static final String LABEL_KEY_RULE =
            "use letters, digits and . _ / -; begin and end with a letter or digit";

    /** What a client writes when it asks for something new. */
    public static Metadata named(String name) {
        return new Metadata(name, null, null, null, null, null);
    }

    /** The labels, empty when none were given. */
    public Map<String, String> labelsOrEmpty() {
        return labels == null ? Map.of() : labels;
    }
}
