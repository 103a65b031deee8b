package io.yunqing.controller.fleet;

import io.yunqing.api.Capacity;
import io.yunqing.api.Condition;
import io.yunqing.api.HostPoolStatus;
import io.yunqing.api.HostState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is wrong with a host or worth knowing of it, in words. */
@ApplicationScoped
class HostConditions {
    /** A task of an agent's that takes longer than this is shown. */
    private static final long STUCK_SECONDS = 60;

    /** A certificate of 24 hours that an agent has not renewed after 16 is shown two hours later. */
    private static final Duration CERTIFICATE_NEAR_ITS_END = Duration.ofHours(6);

    private final PoolLines lines;

    HostConditions(PoolLines lines) {
        this.lines = lines;
    }

    /**
     * @param unseenPools the pools that it does not see, with the reasons
     */
    List<Condition> of(
            HostRow host,
            HostObservationRow seen,
            HostState state,
            Map<String, Capacity> capacity,
            List<String> unseenPools,
            Instant now) {
        List<Condition> conditions = new ArrayList<>();
        switch (state) {
            case INVITED ->
                    conditions.add(
                            new Condition(
                                    "AgentMissing",
                                    "no agent has reported yet: get a join token and start the agent with it",
                                    null));
            case UNREACHABLE ->
                    conditions.add(
                            new Condition(
                                    "HostUnreachable",
                                    "no report since then; nothing is known of what runs there and nothing is freed",
                                    seen.receivedAt));
            case FENCED ->
                    conditions.add(
                            new Condition(
                                    "HostFenced",
                                    "no report since then, and there is proof that what may be started elsewhere does not run there: see its fences",
                                    seen.receivedAt));
            case LATE ->
                    conditions.add(
                            new Condition("HostLate", "a report is overdue", seen.receivedAt));
            case CURRENT -> {}
        }
        Instant ends = seen.certificateEnds;
        if (ends != null && now.isAfter(ends.minus(CERTIFICATE_NEAR_ITS_END))) {
            conditions.add(certificate(ends, now));
        }
        if (seen.inventory != null && seen.inventory.network() == null) {
            conditions.add(
                    new Condition(
                            "NetworkMissing",
                            "it offers no network of its own and so takes %s: start its agent with --bridge, --subnet and --gateway"
                                    .formatted(
                                            seen.inventory.underlay() == null
                                                    ? "no instances"
                                                    : "only instances in networks of tenants"),
                            null));
        }
        String model = host.zone.spec.cpuModel();
        if (model != null && !canShow(seen, model)) {
            conditions.add(
                    new Condition(
                            "CpuModelMissing",
                            "it cannot show processor %s to guests, as its zone %s asks: no instances come to it"
                                    .formatted(model, host.zone.name),
                            null));
        }
        if (seen.networkFault != null) {
            conditions.add(
                    new Condition(
                            "NetworksUnmade",
                            "tenants' networks are not as they should be: " + seen.networkFault,
                            seen.receivedAt));
        }
        for (HostPoolStatus pool : HostPools.status(seen, state, capacity, now)) {
            room(pool, state).ifPresent(conditions::add);
            overPromised(pool, state, capacity.get(HostPools.STORAGE)).ifPresent(conditions::add);
        }
        if (state != HostState.INVITED && !unseenPools.isEmpty()) {
            conditions.add(
                    new Condition(
                            "PoolNotSeen",
                            "it does not see %s: nothing is known of its volumes there, and nothing new comes there from it"
                                    .formatted(String.join(", ", unseenPools)),
                            null));
        }
        capacity.forEach((resource, has) -> {
            if (has.used() > HostPools.byTerms(has)) {
                conditions.add(
                        new Condition(
                                "OverCommitted",
                                "%d %s are promised and %d may be: nothing new comes until more than %d are given back"
                                        .formatted(
                                                has.used(),
                                                resource,
                                                HostPools.byTerms(has),
                                                has.used() - HostPools.byTerms(has)),
                                null));
            }
        });
        if (state != HostState.INVITED && !seen.complete) {
            conditions.add(
                    new Condition(
                            "HypervisorUnobserved",
                            "its agent cannot see all domains: " + seen.unobservedReason,
                            seen.unseenSince));
        }
        seen.lanes.stream()
                .filter(lane -> lane.oldestSeconds() >= STUCK_SECONDS)
                .forEach(lane ->
                        conditions.add(
                                new Condition(
                                        "LaneStuck",
                                        "lane %s has been busy with %s for %d s"
                                                .formatted(
                                                        lane.name(),
                                                        lane.oldest(),
                                                        lane.oldestSeconds()),
                                        seen.receivedAt)));
        return conditions;
    }

    /** What has not said which it can is taken to be able. */
    private static boolean canShow(HostObservationRow seen, String model) {
        return seen.inventory == null
                || seen.inventory.cpuModels() == null
                || seen.inventory.cpuModels().contains(model);
    }

    /** What is worth knowing of a pool's room. */
    private Optional<Condition> room(HostPoolStatus status, HostState state) {
        HostPool pool = pool(status);
        if (!lines.filling(pool)) {
            return Optional.empty();
        }
        String known = asOf(status, state) + pool.words() + promised(status);
        return Optional.of(
                lines.nearlyFull(pool)
                        ? new Condition(
                                "PoolNearlyFull",
                                "%s; below %d %% no new disk, snapshot, backup or image comes to it, and a guest that writes when nothing is left stands still: free %s GiB, or add as much"
                                        .formatted(
                                                known,
                                                lines.refuse(),
                                                HostPool.inGib(lines.lacking(pool))),
                                status.measuredAt())
                        : new Condition(
                                "PoolFilling",
                                "%s; below %d %% nothing new comes to it: free some space, or add some"
                                        .formatted(known, lines.refuse()),
                                status.measuredAt()));
    }

    /** What was promised by the terms and is more than the pool bears; said by the lines when it is nearly full. */
    private Optional<Condition> overPromised(
            HostPoolStatus status, HostState state, Capacity storage) {
        HostPool pool = pool(status);
        return status.promisedMiB() == null
                        || lines.nearlyFull(pool)
                        || storage.used() <= storage.limit()
                        || storage.used() > HostPools.byTerms(storage)
                ? Optional.empty()
                : Optional.of(
                        new Condition(
                                "PoolOverPromised",
                                "%s%s, and %d storageGiB are promised, which with what is written it bears %d of: nothing new comes until %d GiB are given back, or more is free"
                                        .formatted(
                                                asOf(status, state),
                                                pool.words(),
                                                storage.used(),
                                                storage.limit(),
                                                storage.used() - storage.limit()),
                                status.measuredAt()));
    }

    private static HostPool pool(HostPoolStatus status) {
        return new HostPool(
                status.name(),
                status.sizeMiB(),
                status.writtenMiB(),
                status.otherMiB(),
                status.freeMiB());
    }

    /** What is not of now begins with that; what an agent says that does not count what is written is as good as its report. */
    private static String asOf(HostPoolStatus pool, HostState state) {
        if (state != HostState.CURRENT) {
            return "when it was last heard: ";
        }
        return pool.writtenMiB() == null || pool.current() ? "" : "when it was last measured: ";
    }

    private static String promised(HostPoolStatus pool) {
        if (pool.promisedMiB() == null) {
            return "";
        }
        String promised = HostPool.inGib(pool.promisedMiB());
        return pool.writtenMiB() == null
                ? ", and %s GiB are promised".formatted(promised)
                : ", and of %s GiB that are promised %s GiB are written"
                        .formatted(promised, HostPool.inGib(pool.writtenMiB()));
    }

    private static Condition certificate(Instant ends, Instant now) {
        return now.isAfter(ends)
                ? new Condition(
                        "CertificateEnded",
                        "its agent cannot speak for it any more: get a join token and start the agent with it",
                        ends)
                : new Condition(
                        "CertificateEnding",
                        "its agent has not renewed its certificate, which ends at %s: see why in the agent's log"
                                .formatted(ends),
                        null);
    }
}
