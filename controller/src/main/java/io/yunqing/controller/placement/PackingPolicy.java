package io.yunqing.controller.placement;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The score of a host for a request: named, weighted terms, each from 0 to its weight. */
final class PackingPolicy {
    static final String VCPUS = "vcpus";
    static final String MEMORY = "memoryMiB";

    /** Scores that differ by less are the same. */
    static final double PRECISION = 1e8;

    /** Lose as little room as can be for what may come: see {@link Room}. */
    private static final double ROOM_WEIGHT = 1.0;

    /**
     * Prefer full hosts, which lets others run empty over time. It speaks where the loss of room is nearly the same: a tenth is
     * about what one of a host's ten smallest parts is worth.
     */
    private static final double PACKED_WEIGHT = 0.05;

    /** A tenant's own hosts come first, as nobody else can use them. */
    static final double OWN_WEIGHT = 2.0;

    static final List<String> TERMS = List.of("room", "packed", "own");

    private PackingPolicy() {}

    /** Of a host that is everybody's; one that is kept for a tenant scores {@link #OWN_WEIGHT} more. */
    static double score(FleetView view, int index, Amounts amounts) {
        return room(view, index, amounts) + packed(view, index, amounts);
    }

    /** In the order of {@link #TERMS}. */
    static double[] terms(FleetView view, int index, Amounts amounts) {
        return new double[] {
            room(view, index, amounts),
            packed(view, index, amounts),
            own(view.host(index).exclusiveOwner()),
        };
    }

    private static double room(FleetView view, int index, Amounts amounts) {
        return ROOM_WEIGHT / (1 + view.room().loss(view, index, amounts));
    }

    /** The mean over what is asked for of how much of it would be in use. */
    private static double packed(FleetView view, int index, Amounts amounts) {
        double sum = 0;
        int asked = 0;
        for (int r = 0; r < amounts.length(); r++) {
            if (amounts.at(r) > 0) {
                sum += (double) (view.used(index, r) + amounts.at(r)) / view.limit(index, r);
                asked++;
            }
        }
        return PACKED_WEIGHT * sum / asked;
    }

    /** Whoever passed the constraints and stands on a kept host is the one that it is kept for. */
    private static double own(@Nullable Object keptFor) {
        return keptFor == null ? 0 : OWN_WEIGHT;
    }
}
