package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * What a tenant uses.
 *
 * @param department the owner of its application
 * @param granted what its limits and the grants of this moment add up to, by resource
 * @param used what its open allocations add up to, by resource
 * @param instances how many instances it has
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TenantStatus(
        String department, Map<String, Long> granted, Map<String, Long> used, int instances) {}
