package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Where a department stands.
 *
 * @param path the names from the root down to this one, joined by {@code /}
 * @param children departments directly below
 * @param applications applications it owns itself
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DepartmentStatus(String path, int children, int applications) {}
