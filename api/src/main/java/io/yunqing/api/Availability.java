package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/availability}: whether hosts that fall silent are judged.
 *
 * @param hosts those that have reported, fenced ones aside
 * @param silent how many of them are overdue, as this replica of the controller has watched
 * @param fenced hosts of which a proof holds
 * @param waiting instances of such hosts that are to be started elsewhere and are not
 * @param brake why no host is judged at this moment; absent when they are
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Availability(
        int hosts, int silent, int fenced, int waiting, @Nullable String brake) {}
