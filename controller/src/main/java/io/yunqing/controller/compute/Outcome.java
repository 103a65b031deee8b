package io.yunqing.controller.compute;

import io.yunqing.api.Kind;
import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.Plan;
import io.yunqing.controller.compute.Catalog.NetworkEntry;
import io.yunqing.controller.compute.Catalog.RootTier;
import io.yunqing.controller.ledger.Refusal.OverLimit;
import io.yunqing.controller.ledger.Refusal.ProviderFull;
import io.yunqing.controller.platform.Idempotency;
import java.util.UUID;

/** How an order ended. */
sealed interface Outcome {
    /** It is written down, and a promise. */
    record Admitted(Object answer) implements Outcome {}

    /** What would have been admitted. */
    record Planned(Plan plan) implements Outcome {}

    /** The same request was answered before. */
    record Repeated(Idempotency.Claim claim, Idempotency.Earlier earlier) implements Outcome {}

    /** Another resource has the name. */
    record NameTaken(Kind kind, String name) implements Outcome {}

    /**
     * A limit of the tenant or of a department above it does not allow it.
     *
     * @param instances how many were asked for
     */
    record Over(UUID tenant, Wish wish, int instances, OverLimit limit) implements Outcome {}

    /**
     * No host can take one of the instances.
     *
     * @param wish the first for which there is none
     * @param placed those before it, which had one each
     */
    record NoHost(Wish wish, int placed, PlacementExplanation explanation) implements Outcome {}

    /**
     * The pool that root disks are in has less left.
     *
     * @param tier of which they are
     */
    record PoolFull(RootTier tier, ProviderFull refusal) implements Outcome {}

    /**
     * A network has not so many addresses left.
     *
     * @param wanted how many are needed of it
     * @param left how many it has
     */
    record NetworkFull(NetworkEntry network, long wanted, long left) implements Outcome {}

    /** It would now be something else than the plan with the digest that was sent. */
    record PlanStale(String digest) implements Outcome {}

    /** What it names has changed since it was looked up; ask again. */
    record Outdated() implements Outcome {}

    /** Others were faster, again and again. */
    record Outrun() implements Outcome {}
}
