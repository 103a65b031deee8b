package io.yunqing.controller.placement;

import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.PlacementExplanation.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Chooses the host for a request: constraints first, then the best sum of named, weighted terms; ties go by name. */
public final class Placement {
    /** Prefer full hosts, so that whole hosts stay free for large requests. */
    private static final double PACKED_WEIGHT = 1.0;

    /** Prefer hosts whose resources run out together, so that none is stranded without the others. */
    private static final double BALANCED_WEIGHT = 0.5;

    private static final int SHOWN = 3;

    private Placement() {}

    /**
     * What is looked for.
     *
     * @param zone the only zone that will do; any when null
     * @param amounts what must be free, by resource
     */
    public record Request(@Nullable String zone, SortedMap<String, Long> amounts) {}

    /** The outcome; its explanation is kept with the allocation or told with the refusal. */
    public sealed interface Decision {
        PlacementExplanation explanation();

        record Chosen(FleetView.Host host, PlacementExplanation explanation) implements Decision {}

        record NoHost(PlacementExplanation explanation) implements Decision {}
    }

    public static Decision choose(FleetView fleet, Request request) {
        Map<String, Integer> turnedAway = new LinkedHashMap<>();
        List<Fit> fits = new ArrayList<>();
        Miss miss = new Miss();
        for (int i = 0; i < fleet.size(); i++) {
            String constraint = firstBroken(fleet, i, request);
            if (constraint == null) {
                fits.add(new Fit(fleet.host(i), candidate(fleet, i, request)));
            } else {
                turnedAway.merge(constraint, 1, Integer::sum);
                miss.consider(fleet, i, request, constraint);
            }
        }
        // The sort is stable and the view is in the order of names.
        fits.sort(Comparator.comparingDouble((Fit fit) -> fit.candidate().score()).reversed());
        List<Candidate> best = fits.stream().limit(SHOWN).map(Fit::candidate).toList();
        if (fits.isEmpty()) {
            return new Decision.NoHost(
                    new PlacementExplanation(
                            null, fleet.size(), turnedAway, best, miss.sentence(fleet, request)));
        }
        FleetView.Host chosen = fits.getFirst().host();
        return new Decision.Chosen(
                chosen,
                new PlacementExplanation(chosen.name(), fleet.size(), turnedAway, best, null));
    }

    private record Fit(FleetView.Host host, Candidate candidate) {}

    private static @Nullable String firstBroken(FleetView fleet, int i, Request request) {
        if (!fleet.reporting(i)) {
            return "reporting";
        }
        if (!fleet.schedulable(i)) {
            return "schedulable";
        }
        if (request.zone() != null && !request.zone().equals(fleet.host(i).zone())) {
            return "zone";
        }
        for (Map.Entry<String, Long> amount : request.amounts().entrySet()) {
            if (fleet.free(amount.getKey(), i) < amount.getValue()) {
                return amount.getKey();
            }
        }
        return null;
    }

    private static Candidate candidate(FleetView fleet, int i, Request request) {
        double sum = 0;
        double least = 1;
        double most = 0;
        for (Map.Entry<String, Long> amount : request.amounts().entrySet()) {
            String resource = amount.getKey();
            double fraction =
                    (double) (fleet.used(resource, i) + amount.getValue())
                            / fleet.limit(resource, i);
            sum += fraction;
            least = Math.min(least, fraction);
            most = Math.max(most, fraction);
        }
        Map<String, Double> terms = new LinkedHashMap<>();
        terms.put("packed", rounded(PACKED_WEIGHT * sum / request.amounts().size()));
        terms.put("balanced", rounded(BALANCED_WEIGHT * (1 - (most - least))));
        double score = rounded(terms.values().stream().mapToDouble(Double::doubleValue).sum());
        return new Candidate(fleet.host(i).name(), score, terms);
    }

    private static double rounded(double value) {
        return Math.round(value * 10_000) / 10_000.0;
    }

    /** The host that came closest: of those that fail for lack of room alone, the one that lacks the smallest share. */
    private static final class Miss {
        private int host = -1;
        private String resource = "";
        private double share = Double.MAX_VALUE;

        void consider(FleetView fleet, int i, Request request, String constraint) {
            Long asked = request.amounts().get(constraint);
            if (asked == null) {
                return;
            }
            double lacking = (double) (asked - fleet.free(constraint, i)) / asked;
            if (lacking < share) {
                share = lacking;
                host = i;
                resource = constraint;
            }
        }

        String sentence(FleetView fleet, Request request) {
            if (fleet.size() == 0) {
                return "there is no host yet: create one and let its agent join";
            }
            if (host < 0) {
                return "no host is reporting, schedulable and in the zone asked for: bring one back, make one schedulable,"
                        + " or ask for another zone (yqctl host list)";
            }
            long asked = request.amounts().getOrDefault(resource, 0L);
            if (asked > fleet.limit(resource, host)) {
                return "host %s, the nearest, has %d %s in all, %d are asked for: ask for less, or add a larger host"
                        .formatted(
                                fleet.host(host).name(),
                                fleet.limit(resource, host),
                                resource,
                                asked);
            }
            return "host %s has %d of %d %s free, %d are asked for: free %d more there, or ask for less"
                    .formatted(
                            fleet.host(host).name(),
                            Math.max(0, fleet.free(resource, host)),
                            fleet.limit(resource, host),
                            resource,
                            asked,
                            asked - fleet.free(resource, host));
        }
    }
}
