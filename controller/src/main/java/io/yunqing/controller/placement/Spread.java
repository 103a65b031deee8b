package io.yunqing.controller.placement;

import java.util.Map;
import java.util.UUID;

/**
 * The wish that a group's members be spread evenly: where fewest of them are is best.
 *
 * @param members where the members are now: how many on which host
 */
public record Spread(String group, Scope scope, Map<UUID, Integer> members) {
    public Spread {
        members = Map.copyOf(members);
    }
}
