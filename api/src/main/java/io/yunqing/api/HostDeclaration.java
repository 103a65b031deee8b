package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** That a host is lost, in the word of two people: {@code POST /v1/hosts/{name}/declarations}. */
public final class HostDeclaration {

    private HostDeclaration() {}

    /**
     * One person's word.
     *
     * @param reason how it is known: that the machine is off, say, and who looked
     */
    public record Request(@NotBlank @Size(max = 500) String reason) {}

    /**
     * What it came to.
     *
     * @param declaredBy who said it first
     * @param until when another person must have agreed; absent once one has
     * @param fence the proof that it is now; absent until another person agrees
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Answer(
            String host, String declaredBy, @Nullable Instant until, @Nullable String fence) {}
}
