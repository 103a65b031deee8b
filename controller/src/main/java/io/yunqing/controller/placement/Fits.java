package io.yunqing.controller.placement;

import io.yunqing.controller.placement.GroupRule.Kind;
import org.jspecify.annotations.Nullable;

/**
 * By host, how many more of one request it could take, and how many that makes in all.
 *
 * <p>Strict rules about a group that the request itself belongs to bind each further one to those before it: apart, and each
 * domain counts once; together, and what counts is the domain with most room, or those where members are.
 */
final class Fits {
    private final FleetView view;
    private final Request request;
    private final Question question;
    private final Company company;
    private final long[] fits;

    /** The widest domain that takes only one, if any. */
    private final @Nullable Scope apart;

    /** The narrowest domain that all must share, if any and if nobody is there yet to say which. */
    private final @Nullable Scope together;

    Fits(FleetView view, Request request) {
        this.view = view;
        this.request = request;
        this.question = request.question();
        this.fits = new long[view.bound()];
        Scope widest = null;
        Scope narrowest = null;
        for (GroupRule rule : request.rules()) {
            boolean own = rule.strict() && request.groups().contains(rule.group());
            if (own && rule.kind() == Kind.ANTI_AFFINITY) {
                widest = widest == null || widest.within(rule.scope()) ? rule.scope() : widest;
            } else if (own && rule.members().isEmpty()) {
                narrowest =
                        narrowest == null || rule.scope().within(narrowest)
                                ? rule.scope()
                                : narrowest;
            }
        }
        this.apart = widest;
        this.together = narrowest;
        this.company = new Company(view);
        company.meet(request);
        for (int i = 0; i < fits.length; i++) {
            fits[i] = count(i);
        }
    }

    private long count(int index) {
        if (!view.present(index)
                || Constraint.first(view, index, question) != Constraint.FITS
                || !company.allows(index)) {
            return 0;
        }
        Amounts asked = request.amounts();
        long most = Long.MAX_VALUE;
        for (int r = 0; r < asked.length(); r++) {
            if (asked.at(r) > 0) {
                most = Math.min(most, view.free(index, r) / asked.at(r));
            }
        }
        return most;
    }

    /** Counts a host anew after it changed. */
    void recount(int index) {
        fits[index] = count(index);
    }

    long total() {
        if (apart == null && together == null) {
            long sum = 0;
            for (long some : fits) {
                sum += some;
            }
            return sum;
        }
        long[] byDomain = new long[together == null ? 1 : view.domains(together)];
        boolean[] seen = new boolean[apart == null ? 0 : view.domains(apart)];
        long most = 0;
        for (int i = 0; i < fits.length; i++) {
            if (fits[i] > 0) {
                int domain = together == null ? 0 : view.domain(i, together);
                byDomain[domain] += apart == null ? fits[i] : first(seen, view.domain(i, apart));
                most = Math.max(most, byDomain[domain]);
            }
        }
        return most;
    }

    private static int first(boolean[] seen, int domain) {
        int count = seen[domain] ? 0 : 1;
        seen[domain] = true;
        return count;
    }
}
