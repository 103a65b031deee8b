package io.yunqing.controller.placement;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Where members of groups have come to and gone from since requests were written down. */
public final class Moves {
    /** By group and host, how many more members there are; negative where they have become fewer. */
    private final Map<String, Map<UUID, Integer>> more = new HashMap<>();

    private final Set<UUID> lost = new HashSet<>();

    /** That a request was given a host. */
    public void joined(Request request, UUID host) {
        count(request, host, 1);
    }

    /** That a request gave up its host. */
    void left(Request request, UUID host) {
        count(request, host, -1);
    }

    private void count(Request request, UUID host, int by) {
        for (String group : request.groups()) {
            more.computeIfAbsent(group, _ -> new HashMap<>()).merge(host, by, Integer::sum);
        }
    }

    /** That nobody is on the host any more who was there before. */
    void lost(UUID host) {
        lost.add(host);
    }

    boolean none() {
        return more.isEmpty() && lost.isEmpty();
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
        more.getOrDefault(group, Map.of())
                .forEach((host, by) -> {
                    int count = now.getOrDefault(host, 0) + by;
                    if (count > 0) {
                        now.put(host, count);
                    } else {
                        now.remove(host);
                    }
                });
        return now;
    }
}
