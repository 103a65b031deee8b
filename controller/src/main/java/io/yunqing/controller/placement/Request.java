package io.yunqing.controller.placement;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** What a host is looked for. */
public final class Request {
    private final UUID owner;
    private final Question question;
    private final List<GroupRule> rules;
    private final List<Spread> spreads;
    private final Set<String> groups;

    private Request(Builder from) {
        owner = from.owner;
        question = new Question(from.owner, from.where, new Shape(from.amounts, from.singleNuma));
        rules = List.copyOf(from.rules);
        spreads = List.copyOf(from.spreads);
        groups = Set.copyOf(from.groups);
    }

    private Request(Request from, List<GroupRule> rules, List<Spread> spreads) {
        owner = from.owner;
        question = from.question;
        this.rules = rules;
        this.spreads = spreads;
        groups = from.groups;
    }

    /**
     * @param owner the tenant
     * @throws IllegalArgumentException if nothing at all is asked for
     */
    public static Builder of(UUID owner, Amounts amounts) {
        return new Builder(owner, amounts);
    }

    public UUID owner() {
        return owner;
    }

    public Amounts amounts() {
        return question.amounts();
    }

    public Where where() {
        return question.where();
    }

    /** Whether it must fit into one NUMA node. */
    public boolean singleNuma() {
        return question.shape().singleNuma();
    }

    public List<GroupRule> rules() {
        return rules;
    }

    public List<Spread> spreads() {
        return spreads;
    }

    /** The groups that it belongs to once it is placed; not each group that it has a rule about need be one of them. */
    public Set<String> groups() {
        return groups;
    }

    /** The same request after the members of groups have moved about. */
    public Request after(Moves moves) {
        return social() && !moves.none()
                ? new Request(
                        this,
                        rules.stream().map(moves::applied).toList(),
                        spreads.stream().map(moves::applied).toList())
                : this;
    }

    /** The same request, for a host of the zone. */
    Request in(String zone) {
        Where where = where();
        if (zone.equals(where.zone())) {
            return this;
        }
        Builder there =
                of(owner, amounts())
                        .where(
                                new Where(
                                        zone,
                                        where.rack(),
                                        where.required(),
                                        where.forbidden(),
                                        where.pools(),
                                        where.networked()))
                        .singleNuma(singleNuma());
        rules.forEach(there::rule);
        spreads.forEach(there::spread);
        groups.forEach(there::memberOf);
        return there.build();
    }

    /** Whether where other instances are plays a part. */
    boolean social() {
        return !rules.isEmpty() || !spreads.isEmpty();
    }

    Question question() {
        return question;
    }

    /** Collects what is asked for beside the amounts. */
    public static final class Builder {
        private final UUID owner;
        private final Amounts amounts;
        private Where where = Where.ANY;
        private boolean singleNuma;
        private final List<GroupRule> rules = new ArrayList<>();
        private final List<Spread> spreads = new ArrayList<>();
        private final Set<String> groups = new HashSet<>();

        private Builder(UUID owner, Amounts amounts) {
            if (amounts.length() == 0) {
                throw new IllegalArgumentException("a request takes something");
            }
            this.owner = owner;
            this.amounts = amounts;
        }

        public Builder where(Where hosts) {
            where = hosts;
            return this;
        }

        public Builder singleNuma(boolean wanted) {
            singleNuma = wanted;
            return this;
        }

        public Builder rule(GroupRule rule) {
            rules.add(rule);
            return this;
        }

        public Builder spread(Spread spread) {
            spreads.add(spread);
            return this;
        }

        public Builder memberOf(String group) {
            groups.add(group);
            return this;
        }

        public Request build() {
            return new Request(this);
        }
    }
}
