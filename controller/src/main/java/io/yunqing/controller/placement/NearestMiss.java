package io.yunqing.controller.placement;

/** What would have made a refusal a yes: the smallest change that does, with its numbers. */
final class NearestMiss {
    private final String sentence;

    private NearestMiss(String sentence) {
        this.sentence = sentence;
    }

    static NearestMiss of(FleetView view, Request request, Question question) {
        String contradiction = Company.contradiction(request.rules());
        if (contradiction != null) {
            return new NearestMiss(contradiction);
        }
        if (view.size() == 0) {
            return new NearestMiss("there is no host yet: create one and let its agent join");
        }
        int nearest = -1;
        int lacking = 0;
        double share = Double.MAX_VALUE;
        for (int i = 0; i < view.bound(); i++) {
            if (!view.present(i)) {
                continue;
            }
            int verdict = Constraint.first(view, i, question);
            if (verdict >= Constraint.FIRST_RESOURCE) {
                int resource = verdict - Constraint.FIRST_RESOURCE;
                long asked = question.amounts.at(resource);
                double lack = (double) (asked - view.free(i, resource)) / asked;
                if (lack < share) {
                    share = lack;
                    nearest = i;
                    lacking = resource;
                }
            }
        }
        if (nearest < 0) {
            return new NearestMiss(
                    "no host is reporting, schedulable and in the zone asked for: bring one back, make one schedulable,"
                            + " or ask for another zone (yqctl host list)");
        }
        return new NearestMiss(lack(view, nearest, lacking, question.amounts.at(lacking)));
    }

    private static String lack(FleetView view, int index, int resource, long asked) {
        String host = view.host(index).name();
        String name = view.resourceName(resource);
        long limit = view.limit(index, resource);
        long free = view.free(index, resource);
        if (asked > limit) {
            return "host %s, the nearest, has %d %s in all, %d are asked for: ask for less, or add a larger host"
                    .formatted(host, limit, name, asked);
        }
        return "host %s has %d of %d %s free, %d are asked for: free %d more there, or ask for less"
                .formatted(host, Math.max(0, free), limit, name, asked, asked - free);
    }

    String sentence() {
        return sentence;
    }
}
