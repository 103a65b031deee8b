package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What belongs to an application.
 *
 * @param tenants how many tenants it has
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ApplicationStatus(int tenants) {}
