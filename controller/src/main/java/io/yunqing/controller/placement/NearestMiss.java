package io.yunqing.controller.placement;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came closest in a refusal: the host that lacks least of nothing but room, and by constraint how many hosts it alone
 * keeps from the request.
 */
final class NearestMiss {
    /** Hosts that would do but for one constraint. */
    record Barred(int hosts, int example) {}

    private final Map<Constraint, Barred> barred = new EnumMap<>(Constraint.class);
    private @Nullable Shortage shortage;

    private NearestMiss() {}

    /** Of a request for which there is no host, and whose groups, if it has any, the view's company has met. */
    static NearestMiss of(FleetView view, Request request, Survey survey) {
        NearestMiss miss = new NearestMiss();
        Company company = request.social() ? view.company() : null;
        for (int i = 0; i < view.bound(); i++) {
            if (view.present(i)) {
                boolean allowed = company == null || company.allows(i);
                miss.consider(view, i, request.question(), survey.verdict(i), allowed);
            }
        }
        return miss;
    }

    private void consider(
            FleetView view, int index, Question question, int verdict, boolean allowed) {
        Constraint first = Constraint.of(verdict);
        boolean room =
                verdict < Constraint.FIRST_RESOURCE
                        && Constraint.lacking(view, index, question.amounts()) == Constraint.FITS;
        if (!room) {
            if (first == null && allowed) {
                shortage = Shortage.lesser(shortage, view, index, question.amounts());
            }
        } else if (first == null) {
            bar(Constraint.GROUP, index);
        } else if (allowed && !first.laterBroken(view, index, question)) {
            bar(first, index);
        }
    }

    private void bar(Constraint by, int index) {
        Barred known = barred.get(by);
        barred.put(
                by,
                known == null
                        ? new Barred(1, index)
                        : new Barred(known.hosts() + 1, known.example()));
    }

    /** The host that lacks least, of those that lack nothing but room. */
    @Nullable Shortage shortage() {
        return shortage;
    }

    /** The hosts that would do but for the constraint. */
    @Nullable Barred barred(Constraint by) {
        return barred.get(by);
    }

    /** Of some constraints, the one that alone keeps most hosts away; null if none of them does. */
    @Nullable Constraint strictest(Constraint... constraints) {
        Constraint strictest = null;
        int hosts = 0;
        for (Constraint constraint : constraints) {
            Barred by = barred.get(constraint);
            if (by != null && by.hosts() > hosts) {
                hosts = by.hosts();
                strictest = constraint;
            }
        }
        return strictest;
    }
}
