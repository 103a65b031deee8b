package io.yunqing.controller.agentlink;

import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.ReportAnswer;
import io.yunqing.controller.agentlink.AgentIdentity.Claim;
import io.yunqing.controller.fleet.AgentPolicy;
import io.yunqing.controller.fleet.HeartbeatStore;
import io.yunqing.controller.fleet.HeartbeatStore.Beat;
import io.yunqing.controller.fleet.HeartbeatStore.Stored;
import io.yunqing.controller.fleet.HostHeard;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The two ways of a report: one that repeats the last is one statement, one with news is a transaction. Nearly all reports of
 * a fleet are of the first kind.
 */
@ApplicationScoped
class Reports {
    private final HeartbeatStore heartbeats;
    private final Observations observations;
    private final AgentPolicy policy;
    private final Transactions transactions;
    private final Event<HostHeard> observers;
    private final InstantSource clock;

    Reports(
            HeartbeatStore heartbeats,
            Observations observations,
            AgentPolicy policy,
            Transactions transactions,
            Event<HostHeard> observers,
            InstantSource clock) {
        this.heartbeats = heartbeats;
        this.observations = observations;
        this.policy = policy;
        this.transactions = transactions;
        this.observers = observers;
        this.clock = clock;
    }

    ReportAnswer take(AgentIdentity agent, HostObserved report) {
        Claim claim = agent.claim();
        Told told = Told.of(report);
        // What is stored and what is answered must be the same, whatever the fleet's size becomes
        // meanwhile.
        Duration lease = policy.lease();
        OptionalLong repeated = repeated(claim, told, lease);
        return answer(
                repeated.isPresent()
                        ? repeated.getAsLong()
                        : transactions.write(() -> news(agent, claim, told, lease)),
                lease);
    }

    private OptionalLong repeated(Claim claim, Told told, Duration lease) {
        if (told.report().inventory() != null) {
            return OptionalLong.empty();
        }
        Instant now = clock.instant();
        OptionalLong revision =
                heartbeats.beat(
                        new Beat(
                                claim.host(),
                                claim.keySha256(),
                                told.report().sequence(),
                                told.digest(),
                                now,
                                lease,
                                now.minus(lease)));
        if (revision.isPresent()) {
            heard(claim.host(), told, now);
        }
        return revision;
    }

    private long news(AgentIdentity agent, Claim claim, Told told, Duration lease) {
        Stored host =
                heartbeats
                        .lock(claim.host(), claim.keySha256())
                        .orElseGet(() -> {
                            // Says why not, or that it has just enrolled.
                            agent.host();
                            return heartbeats.lock(claim.host(), claim.keySha256()).orElseThrow();
                        });
        agent.is(host.name());
        Instant now = clock.instant();
        if (observations.accept(host, told, now, lease)) {
            transactions.afterCommit(() -> heard(host.host(), told, now));
        }
        return host.desiredRevision();
    }

    private void heard(UUID host, Told told, Instant now) {
        observers.fire(
                new HostHeard(
                        host,
                        now,
                        told.report().complete(),
                        told.report().unknownDomains().size(),
                        told.report().orphansInPlace()));
    }

    private ReportAnswer answer(long desiredRevision, Duration lease) {
        return new ReportAnswer(policy.reportEvery().toMillis(), lease.toMillis(), desiredRevision);
    }
}
