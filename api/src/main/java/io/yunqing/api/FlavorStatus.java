package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Who uses it.
 *
 * @param instances how many instances were made from it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FlavorStatus(int instances) {}
