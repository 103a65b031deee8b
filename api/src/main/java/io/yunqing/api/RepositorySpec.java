package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;

/**
 * What a repository is.
 *
 * @param url {@code file:///FOLDER}: a directory that is there on every host under the same path, such as a mounted file system
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RepositorySpec(
        @NotNull
                @Size(max = 1000)
                @Pattern(
                        regexp = "file://(/[A-Za-z0-9_@+=,:~-][A-Za-z0-9._@+=,:~-]*)+",
                        message =
                                "give file:// and the absolute path of a directory, without a slash at its end")
                String url) {}
