package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What a repository is: a directory, or a bucket of an S3-compatible store. The key to a store is in a file of each host, and no part of this.
 *
 * @param url {@code file:///FOLDER}: a directory that is there on every host under the same path, such as a mounted file system; or
 *     {@code http://HOST:PORT} or {@code https://HOST:PORT}: a store that every host reaches
 * @param bucket which of the store's, there already; only and always with a store
 * @param prefix with which the names of all that is kept begin, and a slash; only with a store, and none when absent
 * @param region as requests are signed for it; only with a store, and {@link #REGION} when absent
 * @param pathStyle whether the bucket's name is in the path of URLs, not in their host; only with a store, and true when absent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RepositorySpec(
        @NotNull
                @Size(max = 1000)
                @Pattern(
                        regexp =
                                "file://(/[A-Za-z0-9_@+=,:~-][A-Za-z0-9._@+=,:~-]*)+"
                                        + "|https?://[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[1-9][0-9]{0,4})?",
                        message =
                                "give file:// and the absolute path of a directory, or http(s)://HOST:PORT of an S3-compatible store, without a slash at its end")
                String url,
        @Nullable
                @Pattern(
                        regexp = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
                        message =
                                "give the name of a bucket: 3 to 63 lower-case letters, digits, dots and dashes")
                String bucket,
        @Nullable
                @Size(max = 200)
                @Pattern(
                        regexp = "[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*",
                        message =
                                "give words of letters, digits, dots, dashes and underscores, with slashes only between them")
                String prefix,
        @Nullable
                @Pattern(
                        regexp = "[a-z0-9][a-z0-9-]{0,39}",
                        message = "give at most 40 lower-case letters, digits and dashes")
                String region,
        @Nullable Boolean pathStyle) {

    /** What stores that know no regions take for theirs. */
    public static final String REGION = "us-east-1";

    private static final String FOLDER = "file:";

    /** Whether it is a directory. */
    public boolean inFolder() {
        return url.startsWith(FOLDER);
    }
}
