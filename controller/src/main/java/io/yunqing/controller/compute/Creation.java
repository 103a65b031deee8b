package io.yunqing.controller.compute;

import io.yunqing.api.Instance;
import io.yunqing.api.InstanceSet;
import io.yunqing.api.InstanceSet.DataVolume;
import io.yunqing.api.InstanceSpec;
import io.yunqing.api.Kind;
import io.yunqing.api.Metadata;
import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.compute.Order.Terms;
import io.yunqing.controller.compute.Outcome.Admitted;
import io.yunqing.controller.ledger.Refusal.OverLimit;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.Caller;
import io.yunqing.controller.platform.Idempotency;
import io.yunqing.controller.platform.Plans;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Resources;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.tenancy.DepartmentRow;
import io.yunqing.controller.tenancy.Refusals;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/** Creates instances: a request over REST on one side, admission on the other, and the words for how it ended. */
@ApplicationScoped
class Creation {
    /** Behind an instance's name in that of its root disk, if that is a volume. */
    static final String ROOT = "-root";

    /** How to ask for less. */
    static final String SMALLER_FLAVOR = "choose a smaller flavor";

    private final Admission admission;
    private final Asked asked;
    private final Caller caller;
    private final Plans plans;
    private final InstanceMeters meters;
    private final Transactions transactions;

    Creation(
            Admission admission,
            Asked asked,
            Caller caller,
            Plans plans,
            InstanceMeters meters,
            Transactions transactions) {
        this.admission = admission;
        this.asked = asked;
        this.caller = caller;
        this.plans = plans;
        this.meters = meters;
        this.transactions = transactions;
    }

    /**
     * Creates one instance.
     *
     * @param name as the path says it, or null
     * @param ifGone is told what to do when the caller is gone
     */
    Response one(String tenant, String name, Instance body, Call call, Consumer<Runnable> ifGone) {
        call.check();
        asked.check(Kind.INSTANCE, body, name);
        requireNew(body.spec());
        Instances.requireSameTenant(tenant, body.metadata());
        return answer(
                tenant,
                call,
                admission.admit(
                        tenant,
                        List.of(body),
                        List.of(),
                        terms(tenant, body, false, call),
                        ifGone));
    }

    /**
     * Creates all instances of a set, or none.
     *
     * @param ifGone is told what to do when the caller is gone
     */
    Response all(String tenant, InstanceSet body, Call call, Consumer<Runnable> ifGone) {
        call.check();
        asked.check(body);
        requireNew(body.spec());
        Instances.requireSameTenant(tenant, body.metadata());
        List<Instance> instances = body.instances();
        String base = body.metadata().name();
        requireShort(instances.getLast().metadata().name(), base);
        requireNames(body.volumesOrNone(), instances.getLast().metadata().name(), base);
        return answer(
                tenant,
                call,
                admission.admit(
                        tenant,
                        instances,
                        body.volumesOrNone(),
                        terms(tenant, body, true, call),
                        ifGone));
    }

    private static void requireNew(InstanceSpec spec) {
        Rebuilding.requireBoot(spec);
        Rescuing.requireNone(spec);
    }

    private static void requireShort(String longest, String name) {
        int over = longest.length() - Metadata.LONGEST_NAME;
        if (over > 0) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "metadata.name",
                    "with what comes behind it, it is longer than a name may be",
                    "at most " + (name.length() - over) + " characters",
                    name,
                    "choose a shorter name");
        }
    }

    private static void requireNames(List<DataVolume> volumes, String instance, String base) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < volumes.size(); i++) {
            String name = volumes.get(i).name();
            requireShort(instance + "-" + name, base);
            if (!names.add(name)) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        "volumes[%d].name".formatted(i),
                        "is the name of another volume of the same instance",
                        null,
                        name,
                        "give each volume a name of its own");
            }
        }
    }

    /**
     * @param volumes what the instance comes with beside its root disk, which is a volume
     */
    static void requireRootName(String instance, List<DataVolume> volumes) {
        requireShort(instance + ROOT, instance);
        for (int i = 0; i < volumes.size(); i++) {
            if (ROOT.equals("-" + volumes.get(i).name())) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        "volumes[%d].name".formatted(i),
                        "is the name of the root disk, which with this flavor is a volume",
                        null,
                        volumes.get(i).name(),
                        "give it another name");
            }
        }
    }

    private Terms terms(String tenant, Object body, boolean set, Call call) {
        boolean planOnly = call.planOnly();
        String key = planOnly ? null : call.idempotencyKey();
        Idempotency.Claim claim =
                key == null
                        ? null
                        : new Idempotency.Claim(
                                caller.name(), key, plans.fingerprint(Kind.INSTANCE, tenant, body));
        return new Terms(caller.name(), caller.reason(), set, planOnly, call.digest, claim);
    }

    private Response answer(String tenant, Call call, Outcome outcome) {
        return switch (outcome) {
            case Admitted admitted -> {
                meters.admission("admitted");
                yield Resources.created(admitted.answer());
            }
            case Outcome.Planned planned -> {
                meters.admission("admitted");
                yield Response.ok(planned.plan()).build();
            }
            case Outcome.Repeated repeated -> repeated.earlier().answer(repeated.claim());
            case Outcome.NameTaken taken -> throw Resources.nameTaken(taken.kind(), taken.name());
            case Outcome.Over over -> throw over(tenant, over);
            case Outcome.NoHost none -> throw noHost(none);
            case Outcome.PoolFull full -> throw poolFull(full);
            case Outcome.NetworkFull full -> throw networkFull(full);
            case Outcome.PlanStale stale -> throw Resources.planStale(stale.digest(), call.digest);
            case Outcome.Outrun _ ->
                    throw Transactions.busy("other requests took each host first that was chosen");
            case Outcome.Outdated _ ->
                    throw new IllegalStateException("an order is looked up anew");
        };
    }

    private ProblemException over(String tenant, Outcome.Over over) {
        OverLimit limit = over.limit();
        meters.admission("quota_" + limit.resource());
        String owner =
                limit.owner().equals(over.tenant())
                        ? "tenant " + tenant
                        : "department " + departmentName(limit.owner());
        boolean alone = over.instances() == 1;
        return Refusals.over(
                "spec.flavor",
                owner,
                limit,
                needs(over),
                alone ? SMALLER_FLAVOR : "ask for fewer instances, " + SMALLER_FLAVOR);
    }

    private static String needs(Outcome.Over over) {
        String flavor = over.wish().flavor().name();
        String volumes = over.wish().volumes().isEmpty() ? "" : " with their volumes";
        long asked = over.limit().asked();
        return over.instances() == 1 && volumes.isEmpty()
                ? "flavor %s needs %d".formatted(flavor, asked)
                : "%d instances of flavor %s%s need %d"
                        .formatted(over.instances(), flavor, volumes, asked);
    }

    private ProblemException poolFull(Outcome.PoolFull full) {
        meters.admission("pool_full");
        return Refusals.full(
                "spec.flavor",
                "pool " + full.tier().poolName(),
                full.refusal(),
                "the root disk needs %d".formatted(full.refusal().asked()),
                SMALLER_FLAVOR);
    }

    private ProblemException networkFull(Outcome.NetworkFull full) {
        meters.admission("network_full");
        return ProblemException.field(
                ProblemCode.FIELD_INVALID,
                "spec.network",
                "network %s (%s) has not as many addresses left as are needed"
                        .formatted(full.network().name(), full.network().subnet().cidr()),
                String.valueOf(full.left()),
                full.wanted(),
                "delete instances in it, or create them in another network of the tenant");
    }

    private String departmentName(UUID id) {
        return transactions.read(() -> {
            DepartmentRow row = DepartmentRow.findById(id);
            return row == null ? id.toString() : row.name;
        });
    }

    private ProblemException noHost(Outcome.NoHost none) {
        meters.admission("no_host");
        PlacementExplanation explanation = none.explanation();
        String which =
                none.placed() == 0
                        ? ""
                        : "%s, after %d before it: ".formatted(none.wish().name(), none.placed());
        return ProblemException.noHost(
                "%snone of %d hosts can take it; turned away by constraint: %s"
                        .formatted(which, explanation.hostsSeen(), explanation.turnedAway()),
                explanation.nearestMiss(),
                explanation);
    }
}
