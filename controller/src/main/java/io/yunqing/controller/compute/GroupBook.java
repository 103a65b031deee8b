package io.yunqing.controller.compute;

import io.yunqing.api.GroupPolicy;
import io.yunqing.controller.compute.Catalog.GroupEntry;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.GroupRule;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.placement.Host.Location;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.placement.Scope;
import io.yunqing.controller.placement.Spread;
import io.yunqing.controller.platform.RoundTrip;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Where the members of groups are: as the database said it, and with those that orders add. */
final class GroupBook {
    /** By group, how many on which host. */
    private final Map<UUID, Map<UUID, Integer>> members = new HashMap<>();

    /** The same as it is given out, of groups that were asked about since they last changed. */
    private final Map<UUID, Map<UUID, Integer>> told = new HashMap<>();

    /** Where the members' hosts stand. */
    private final Map<UUID, Location> places = new HashMap<>();

    /** Adds the statement that reads the members of groups; none without groups. */
    void read(RoundTrip trip, Collection<UUID> groups) {
        if (groups.isEmpty()) {
            return;
        }
        trip.read(
                """
                SELECT i.group_id, i.host_id, z.name AS zone, h.spec ->> 'rack' AS rack, count(*) AS members
                FROM instance i JOIN host h ON h.id = i.host_id JOIN zone z ON z.id = h.zone_id
                WHERE i.group_id = ANY (?) GROUP BY 1, 2, 3, 4
                """,
                row -> {
                    UUID host = row.getObject("host_id", UUID.class);
                    places.put(host, new Location(row.getString("zone"), row.getString("rack")));
                    count(row.getObject("group_id", UUID.class), host, row.getInt("members"));
                },
                groups);
    }

    /** Counts members on a host; a negative number takes them away. */
    void count(UUID group, UUID host, int by) {
        told.remove(group);
        members.computeIfAbsent(group, _ -> new HashMap<>())
                .merge(
                        host,
                        by,
                        (known, more) -> known + more == 0 ? null : Integer.valueOf(known + more));
    }

    /** That a member comes to a host; none when the group is null. */
    void add(GroupEntry group, Host host) {
        if (group != null) {
            places.put(host.id(), host.location());
            count(group.id(), host.id(), 1);
        }
    }

    /** That a member does not come to a host after all. */
    void remove(GroupEntry group, Host host) {
        if (group != null) {
            count(group.id(), host.id(), -1);
        }
    }

    /** Adds to a request what the group asks of one more member. */
    void ask(Request.Builder request, GroupEntry group) {
        request.memberOf(group.reference());
        if (group.spec().policy() == GroupPolicy.SPREAD) {
            request.spread(new Spread(group.reference(), scope(group), of(group)));
        } else {
            request.rule(rule(group));
        }
    }

    /** Adds the members that an order brings, each beside those before it; none of them if a strict rule forbids one. */
    boolean join(List<Wish> wishes, List<Chosen> chosen) {
        for (int i = 0; i < wishes.size(); i++) {
            GroupEntry group = wishes.get(i).group();
            Host host = chosen.get(i).host();
            if (group != null && group.spec().binding() && !rule(group).met(host, places)) {
                leave(wishes.subList(0, i), chosen);
                return false;
            }
            add(group, host);
        }
        return true;
    }

    /** Takes back what {@link #join} added. */
    void leave(List<Wish> wishes, List<Chosen> chosen) {
        for (int i = 0; i < wishes.size(); i++) {
            remove(wishes.get(i).group(), chosen.get(i).host());
        }
    }

    private GroupRule rule(GroupEntry group) {
        return new GroupRule(
                group.reference(),
                group.spec().policy() == GroupPolicy.TOGETHER
                        ? GroupRule.Kind.AFFINITY
                        : GroupRule.Kind.ANTI_AFFINITY,
                scope(group),
                group.spec().binding(),
                of(group));
    }

    private Map<UUID, Integer> of(GroupEntry group) {
        return told.computeIfAbsent(
                group.id(), id -> Map.copyOf(members.getOrDefault(id, Map.of())));
    }

    private static Scope scope(GroupEntry group) {
        return switch (group.spec().scope()) {
            case HOST -> Scope.HOST;
            case RACK -> Scope.RACK;
            case ZONE -> Scope.ZONE;
        };
    }
}
