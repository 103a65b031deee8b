package io.yunqing.controller.placement;

import java.util.List;

/** The score of a host for a request: named, weighted terms, each from 0 to its weight. */
final class PackingPolicy {
    static final String VCPUS = "vcpus";
    static final String MEMORY = "memoryMiB";

    /** Scores that differ by less are the same. */
    static final double PRECISION = 1e8;

    /** Prefer full hosts, so that whole hosts stay free for large requests. */
    private static final double PACKED_WEIGHT = 1.0;

    /** Prefer hosts whose resources run out together, so that none is stranded without the others. */
    private static final double BALANCED_WEIGHT = 0.5;

    static final List<String> TERMS = List.of("packed", "balanced");

    /** Whether a host's amount of the resource is shared out among its NUMA nodes. */
    static boolean fallsIntoNodes(String resource) {
        return resource.equals(VCPUS) || resource.equals(MEMORY);
    }

    double score(FleetView view, int index, Question question) {
        double score = 0;
        for (double term : terms(view, index, question)) {
            score += term;
        }
        return score;
    }

    /** In the order of {@link #TERMS}. */
    double[] terms(FleetView view, int index, Question question) {
        Amounts amounts = question.amounts;
        double sum = 0;
        double least = 1;
        double most = 0;
        int asked = 0;
        for (int r = 0; r < amounts.length(); r++) {
            if (amounts.at(r) > 0) {
                double fraction =
                        (double) (view.used(index, r) + amounts.at(r)) / view.limit(index, r);
                sum += fraction;
                least = Math.min(least, fraction);
                most = Math.max(most, fraction);
                asked++;
            }
        }
        return new double[] {
            PACKED_WEIGHT * sum / asked, BALANCED_WEIGHT * (1 - (most - least)),
        };
    }
}
