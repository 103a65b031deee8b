package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What belongs to a zone.
 *
 * @param hosts how many hosts stand in it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ZoneStatus(int hosts) {}
