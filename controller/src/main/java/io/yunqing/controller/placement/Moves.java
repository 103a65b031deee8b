package io.yunqing.controller.placement;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Where members of groups have come to and gone from since requests were written down. */
public final class Moves {
    private final Map<String, Map<UUID, Integer>> joined = new HashMap<>();
    private final Set<UUID> lost = new HashSet<>();

    /** That a request was given a host. */
    public void joined(Request request, UUID host) {
        for (String group : request.groups()) {
            joined.computeIfAbsent(group, _ -> new HashMap<>()).merge(host, 1, Integer::sum);
        }
    }

    /** That nobody is on the host any more who was there before. */
    void lost(UUID host) {
        lost.add(host);
    }

    boolean none() {
        return joined.isEmpty() && lost.isEmpty();
    }

    GroupRule applied(GroupRule rule) {
        return new GroupRule(
                rule.group(),
                rule.kind(),
                rule.scope(),
                rule.strict(),
                members(rule.group(), rule.members()));
    }

    Spread applied(Spread spread) {
        return new Spread(
                spread.group(), spread.scope(), members(spread.group(), spread.members()));
    }

    private Map<UUID, Integer> members(String group, Map<UUID, Integer> before) {
        Map<UUID, Integer> now = new HashMap<>(before);
        now.keySet().removeAll(lost);
        joined.getOrDefault(group, Map.of())
                .forEach((host, count) -> now.merge(host, count, Integer::sum));
        return now;
    }
}
