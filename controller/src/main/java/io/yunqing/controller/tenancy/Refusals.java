package io.yunqing.controller.tenancy;

import io.yunqing.api.ProblemCode;
import io.yunqing.controller.ledger.Refusal.OverLimit;
import io.yunqing.controller.ledger.Refusal.ProviderFull;
import io.yunqing.controller.platform.ProblemException;

/** What people are told when the ledger does not give what they ask for. */
public final class Refusals {
    private Refusals() {}

    /**
     * A limit is too low.
     *
     * @param field what asks for too much
     * @param owner whose limit it is, in words
     * @param needed what would be taken, in words
     * @param less how to ask for less
     */
    public static ProblemException over(
            String field, String owner, OverLimit limit, String needed, String less) {
        return ProblemException.field(
                ProblemCode.QUOTA_EXCEEDED,
                field,
                "%s has %d of %d %s left, %s"
                        .formatted(
                                owner,
                                Math.max(0, limit.limit() - limit.used()),
                                limit.limit(),
                                limit.resource(),
                                needed),
                owner + " limits." + limit.resource() + " = " + limit.limit(),
                limit.used() + limit.asked(),
                less
                        + ", delete instances or volumes of the tenant, or have its limit raised by "
                        + Math.subtractExact(limit.used() + limit.asked(), limit.limit()));
    }

    /**
     * A host or pool that is already decided has too little left.
     *
     * @param field what asks for too much
     * @param place which host or pool it is, in words
     * @param needed what would be taken, in words
     * @param less how to ask for less
     */
    public static ProblemException full(
            String field, String place, ProviderFull full, String needed, String less) {
        return ProblemException.field(
                ProblemCode.PLACEMENT_NO_HOST,
                field,
                "it stays on %s, which has %d of %d %s left, and %s"
                        .formatted(
                                place,
                                Math.max(0, full.limit() - full.used()),
                                full.limit(),
                                full.resource(),
                                needed),
                "%s of %s = %d".formatted(full.resource(), place, full.limit()),
                full.used() + full.asked(),
                "%s, or make room for %d %s on %s"
                        .formatted(
                                less,
                                full.used() + full.asked() - full.limit(),
                                full.resource(),
                                place));
    }

    /** Whose limit it is, in words. */
    public static String payer(TenantRow tenant, OverLimit limit) {
        return limit.owner().equals(tenant.id)
                ? "tenant " + tenant.name
                : "department " + DepartmentRow.<DepartmentRow>findById(limit.owner()).name;
    }
}
