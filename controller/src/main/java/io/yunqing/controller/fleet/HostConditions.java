package io.yunqing.controller.fleet;

import io.yunqing.api.Capacity;
import io.yunqing.api.Condition;
import io.yunqing.api.HostInventory;
import io.yunqing.api.HostState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is wrong with a host or worth knowing of it, in words. */
final class HostConditions {
    /** A task of an agent's that takes longer than this is shown. */
    private static final long STUCK_SECONDS = 60;

    /** A pool that has less free than this is shown. */
    private static final int FILLING_PERCENT = 10;

    /** A certificate of 24 hours that an agent has not renewed after 16 is shown two hours later. */
    private static final Duration CERTIFICATE_NEAR_ITS_END = Duration.ofHours(6);

    private HostConditions() {}

    static List<Condition> of(
            HostRow host,
            HostObservationRow seen,
            HostState state,
            Map<String, Capacity> capacity,
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
        if (seen.inventory != null) {
            seen.inventory.pools().stream()
                    .filter(pool ->
                            pool.availableGiB() * 100 < pool.capacityGiB() * FILLING_PERCENT)
                    .forEach(pool -> conditions.add(filling(pool, seen, capacity)));
        }
        capacity.forEach((resource, has) -> {
            if (has.used() > has.limit()) {
                conditions.add(
                        new Condition(
                                "OverCommitted",
                                "%d %s are promised and %d may be: nothing new comes until more than %d are given back"
                                        .formatted(
                                                has.used(),
                                                resource,
                                                has.limit(),
                                                has.used() - has.limit()),
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

    private static Condition filling(
            HostInventory.Pool pool, HostObservationRow seen, Map<String, Capacity> capacity) {
        Capacity storage = capacity.get("storageGiB");
        return new Condition(
                "PoolFilling",
                "%d of pool %s's %d GiB are free, and %d GiB are promised: a guest that writes when nothing is left stands still; free some space, or add some"
                        .formatted(
                                pool.availableGiB(),
                                pool.name(),
                                pool.capacityGiB(),
                                storage == null ? 0 : storage.used()),
                seen.receivedAt);
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
