package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A repository of backups as a host reaches it.
 *
 * @param id by which its place is marked, so that a directory in which nothing is mounted is not taken for it
 * @param url {@code file:///FOLDER}; {@link #NO_FOLDER} if it is in a bucket
 * @param used whether there are backups in it, so that it is marked already
 * @param bucket where it is instead of in a folder; absent from a controller that does not know of buckets
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RepositoryPlace(
        UUID id, String name, String url, boolean used, @Nullable Bucket bucket) {

    /** A folder that no host has: an agent that does not know of buckets says that it is not there. */
    public static final String NO_FOLDER = "file:///dev/null/this-agent-is-older-than-buckets";

    /**
     * A bucket of an S3-compatible store. The key to it is each host's own.
     *
     * @param endpoint {@code http://HOST:PORT} or {@code https://HOST:PORT}
     * @param prefix with which the names of all that is kept begin, and a slash; absent when they begin with nothing
     * @param region as requests are signed for it
     * @param pathStyle whether the bucket's name is in the path of URLs, not in their host
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Bucket(
            String endpoint,
            String name,
            @Nullable String prefix,
            String region,
            boolean pathStyle) {}
}
