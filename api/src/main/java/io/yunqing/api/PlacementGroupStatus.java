package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * Where a group's members are.
 *
 * @param members instances of the group, those that are being deleted among them
 * @param domains how many hosts, racks or zones they stand on, as the scope says
 * @param conditions {@code PolicyBroken} where members stand against a strict policy, as after their host moved to another rack
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlacementGroupStatus(int members, int domains, List<Condition> conditions) {}
