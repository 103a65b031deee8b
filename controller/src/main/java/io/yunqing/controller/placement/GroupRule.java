package io.yunqing.controller.placement;

import io.yunqing.controller.placement.Host.Location;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * That a request is to be together with a group's members, or apart from them.
 *
 * @param group the group's name, by which rules of one request are recognised as speaking of the same members
 * @param strict whether it is a constraint; else a wish that adds to the score
 * @param members where the members are now: how many on which host
 */
public record GroupRule(
        String group, Kind kind, Scope scope, boolean strict, Map<UUID, Integer> members) {

    public GroupRule {
        members = Map.copyOf(members);
    }

    /**
     * Whether a host keeps the rule.
     *
     * @param places where the members' hosts stand
     */
    public boolean met(Host host, Map<UUID, Location> places) {
        boolean here =
                members.keySet().stream()
                        .anyMatch(member -> shared(host, member, places.get(member)));
        return kind.met(members.isEmpty(), here);
    }

    private boolean shared(Host host, UUID member, @Nullable Location place) {
        return switch (scope) {
            case HOST -> host.id().equals(member);
            case RACK -> host.location().equals(place);
            case ZONE -> place != null && host.location().zone().equals(place.zone());
        };
    }

    /** Together or apart. */
    public enum Kind {
        AFFINITY,
        ANTI_AFFINITY;

        /**
         * Whether a host will do.
         *
         * @param nobody whether there are no members yet
         * @param here whether there are members where the host is
         */
        boolean met(boolean nobody, boolean here) {
            return this == AFFINITY ? nobody || here : !here;
        }

        String word() {
            return this == AFFINITY ? "affinity" : "anti-affinity";
        }
    }
}
