package io.yunqing.controller.placement;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What can turn a host away beside lack of room, in the order in which it is looked at: a host counts for the first it breaks.
 * A verdict is a number, so that columns of them stay small: 0 for a host that will do, then these, then the resources by
 * their position.
 */
enum Constraint {
    REPORTING(1),
    SCHEDULABLE(2),
    EXCLUSIVE(3),
    ZONE(4),
    RACK(5),
    TRAIT(6),
    POOL(7),
    NETWORK(8),
    NUMA(9),
    GROUP(10);

    static final int FITS = 0;
    private static final Constraint[] ALL = values();
    private static final List<Constraint> GROUND =
            List.of(REPORTING, SCHEDULABLE, EXCLUSIVE, ZONE, RACK, TRAIT, POOL, NETWORK);

    /** Verdicts from here on say which resource lacks. */
    static final int FIRST_RESOURCE = ALL.length + 1;

    private final int verdict;

    Constraint(int verdict) {
        this.verdict = verdict;
    }

    int verdict() {
        return verdict;
    }

    /** The constraint behind a verdict, if it is one of these. */
    static @Nullable Constraint of(int verdict) {
        return verdict >= 1 && verdict < FIRST_RESOURCE ? ALL[verdict - 1] : null;
    }

    /** The name under which hosts are counted. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The verdict on a host, groups aside. */
    static int first(FleetView view, int index, Question question) {
        int ground = ground(view, index, question.owner(), question.where());
        return ground == FITS ? fit(view, index, question.shape()) : ground;
    }

    /** The verdict by all that seldom changes about a host. */
    static int ground(FleetView view, int index, @Nullable UUID owner, Where where) {
        for (Constraint constraint : GROUND) {
            if (constraint.bars(view, index, owner, where)) {
                return constraint.verdict();
            }
        }
        return FITS;
    }

    /** The verdict by the host's size and what is left of it. */
    static int fit(FleetView view, int index, Shape shape) {
        return tooWide(view, index, shape) ? NUMA.verdict() : lacking(view, index, shape.amounts());
    }

    /** The first resource of which less is free than asked for, or that the host fits. */
    static int lacking(FleetView view, int index, Amounts amounts) {
        for (int r = 0; r < amounts.length(); r++) {
            long asked = amounts.at(r);
            if (asked > 0 && asked > view.free(index, r)) {
                return FIRST_RESOURCE + r;
            }
        }
        return FITS;
    }

    /** Whether the host breaks one that is looked at after this. */
    boolean laterBroken(FleetView view, int index, Question question) {
        for (int i = verdict; i < ALL.length; i++) {
            if (ALL[i].broken(view, index, question)) {
                return true;
            }
        }
        return false;
    }

    boolean broken(FleetView view, int index, Question question) {
        return this == NUMA
                ? tooWide(view, index, question.shape())
                : bars(view, index, question.owner(), question.where());
    }

    private static boolean tooWide(FleetView view, int index, Shape shape) {
        return shape.singleNuma() && !view.fitsOneNode(index, shape.amounts());
    }

    private boolean bars(FleetView view, int index, @Nullable UUID owner, Where where) {
        Host host = view.host(index);
        return switch (this) {
            case REPORTING -> !view.reporting(index);
            case SCHEDULABLE -> !view.schedulable(index);
            case EXCLUSIVE -> host.exclusiveOwner() != null && !host.exclusiveOwner().equals(owner);
            case ZONE -> where.zone() != null && !where.zone().equals(host.location().zone());
            case RACK -> where.rack() != null && !where.rack().equals(host.location().rack());
            case TRAIT ->
                    !host.traits().containsAll(where.required())
                            || !disjoint(host.traits(), where.forbidden());
            case POOL -> !host.pools().containsAll(where.pools());
            case NETWORK -> where.networked() && !host.networked();
            // Known only with the shape; with the whole request: see Company.
            case NUMA, GROUP -> false;
        };
    }

    private static boolean disjoint(Set<String> some, Set<String> others) {
        return others.isEmpty() || Collections.disjoint(some, others);
    }
}
