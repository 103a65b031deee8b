package io.yunqing.controller.tenancy;

import io.yunqing.api.Grant;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.Usage;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.ledger.Ledger.OverGiven;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.hibernate.exception.ConstraintViolationException;

/** What departments and tenants may use, as it stands in their specs, brought into the ledger. */
@ApplicationScoped
class Quota {
    private final Ledger ledger;

    Quota(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * Sets what the owner may use: the limits at all times, the grants on top of them for their time.
     *
     * @throws ProblemException if a resource has no quota, a time ends before it begins, or an owner above does not have as much
     */
    void set(UUID owner, Map<String, Long> limits, List<Grant> grants) {
        List<Ledger.Grant> all = new ArrayList<>();
        if (limits != null) {
            requireKnown("spec.limits", limits.keySet());
            all.add(new Ledger.Grant(limits, null, null));
        }
        for (int i = 0; grants != null && i < grants.size(); i++) {
            Grant grant = grants.get(i);
            String field = "spec.grants[" + i + "]";
            requireKnown(field + ".amounts", grant.amounts().keySet());
            if (grant.from() != null
                    && grant.until() != null
                    && !grant.from().isBefore(grant.until())) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        field + ".until",
                        "is not after from",
                        "> " + grant.from(),
                        grant.until(),
                        "let it end after it begins");
            }
            all.add(new Ledger.Grant(grant.amounts(), grant.from(), grant.until()));
        }
        ledger.setGrants(owner, all).ifPresent(Quota::refuse);
    }

    /**
     * Puts an owner below another department; what is in use below it counts there from then on.
     *
     * @param parent none when null
     * @throws ProblemException if that does not fit into the limits above
     */
    void move(UUID owner, String name, DepartmentRow parent) {
        try {
            ledger.moveOwner(owner, parent == null ? null : parent.id);
        } catch (ConstraintViolationException e) {
            throw ProblemException.of(
                    ProblemCode.QUOTA_EXCEEDED,
                    "what %s uses does not fit into the limits above it there".formatted(name),
                    "have the limits of %s and of those above it raised first"
                            .formatted(parent == null ? "its new parent" : parent.name));
        }
    }

    /** What the owner may use now, by resource, without what is not limited. */
    static Map<String, Long> granted(Map<String, Usage> usages) {
        Map<String, Long> granted = new TreeMap<>();
        usages.forEach((resource, usage) -> {
            if (usage.limit() < Ledger.UNLIMITED) {
                granted.put(resource, usage.limit());
            }
        });
        return granted;
    }

    static Map<String, Long> used(Map<String, Usage> usages) {
        Map<String, Long> used = new TreeMap<>();
        usages.forEach((resource, usage) -> used.put(resource, usage.used()));
        return used;
    }

    private static void refuse(OverGiven over) {
        DepartmentRow above = DepartmentRow.findById(over.owner());
        throw ProblemException.field(
                ProblemCode.QUOTA_EXCEEDED,
                "spec.limits." + over.resource(),
                "department %s has %d %s and would have given %d to those below it"
                        .formatted(above.name, over.granted(), over.resource(), over.given()),
                "department %s limits.%s = %d"
                        .formatted(above.name, over.resource(), over.granted()),
                over.given(),
                "ask for %d less, take it back elsewhere below %s, or have the limit of %s raised"
                        .formatted(over.given() - over.granted(), above.name, above.name));
    }

    private void requireKnown(String field, Set<String> resources) {
        Set<String> known = ledger.kinds().limited().keySet();
        for (String resource : resources) {
            if (!known.contains(resource)) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        field + "." + ProblemException.abbreviate(resource),
                        "is not a resource that can be limited",
                        "one of " + String.join(", ", known),
                        null,
                        "use one of them");
            }
        }
    }
}
