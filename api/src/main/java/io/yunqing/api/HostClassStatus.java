package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.HostClassSpec.Term;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a host class stands.
 *
 * @param hosts how many hosts are of it
 * @param inForce the term that holds; absent before the first one begins
 * @param next when another term begins; absent when none is to come
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostClassStatus(int hosts, @Nullable Term inForce, @Nullable Instant next) {}
