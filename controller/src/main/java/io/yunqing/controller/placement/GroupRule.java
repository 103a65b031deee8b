package io.yunqing.controller.placement;

import java.util.Map;
import java.util.UUID;

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
