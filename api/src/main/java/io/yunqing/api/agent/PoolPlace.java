package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.PoolType;
import java.util.UUID;

/**
 * A pool of volumes as a host reaches it.
 *
 * @param id by which its place is marked, so that a directory in which nothing is mounted is not taken for it
 * @param url as {@link io.yunqing.api.PoolSpec#url}
 * @param shared whether all hosts that reach it see the same
 * @param used whether there are volumes in it that this host would find there, so that it is marked already
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PoolPlace(UUID id, String name, String url, boolean shared, boolean used) {

    /** The same, where it is marked for certain. */
    public PoolPlace asUsed() {
        return new PoolPlace(id, name, url, shared, true);
    }

    /** What is at its URL. */
    @JsonIgnore
    public PoolType type() {
        return PoolType.of(url);
    }
}
