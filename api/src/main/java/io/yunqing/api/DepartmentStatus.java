package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * Where a department stands.
 *
 * @param path the names from the root down to this one, joined by {@code /}
 * @param children departments directly below
 * @param applications applications it owns itself
 * @param granted what its limits and the grants of this moment add up to, by resource; one that is not limited is left out
 * @param used what is in use below it, by resource
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DepartmentStatus(
        String path,
        int children,
        int applications,
        Map<String, Long> granted,
        Map<String, Long> used) {}
