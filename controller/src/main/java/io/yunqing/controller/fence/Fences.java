package io.yunqing.controller.fence;

import io.yunqing.api.FenceEvidence;
import io.yunqing.api.FenceProof;
import io.yunqing.api.HostDeclaration;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.controller.fence.FenceStore.Declared;
import io.yunqing.controller.fence.FenceStore.Locked;
import io.yunqing.controller.fence.FenceStore.Watched;
import io.yunqing.controller.fleet.HeartbeatStore.Stored;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.Caller;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.Ids;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** Makes proofs, and ends them. */
@ApplicationScoped
public class Fences {
    /** By when the second person must have looked. */
    private static final Duration AGREEMENT = Duration.ofHours(1);

    private final Session em;
    private final FenceStore store;
    private final Changes changes;
    private final Caller caller;
    private final InstantSource clock;

    Fences(Session em, FenceStore store, Changes changes, Caller caller, InstantSource clock) {
        this.em = em;
        this.store = store;
        this.changes = changes;
        this.caller = caller;
        this.clock = clock;
    }

    /**
     * Takes it for proven that a host's lease is over, unless it has been heard since it was watched.
     *
     * @param silence for how long it was, which is longer than its lease
     */
    void leaseIsOver(Watched host, Duration silence) {
        if (isAsWatched(host)) {
            prove(
                    host.host(),
                    host.name(),
                    FenceProof.LEASE,
                    FenceEvidence.lease(
                            host.last().receivedAt(),
                            host.lease().toSeconds(),
                            silence.toSeconds()));
        }
    }

    /**
     * Takes it for proven that a host's machine is off, as its BMC says, unless it has been heard since it was watched.
     *
     * @param at when the BMC said so
     */
    void isOff(Watched host, Duration silence, Instant at) {
        if (isAsWatched(host)) {
            prove(
                    host.host(),
                    host.name(),
                    FenceProof.POWER,
                    FenceEvidence.power(
                            host.last().receivedAt(),
                            host.lease().toSeconds(),
                            silence.toSeconds(),
                            host.bmc(),
                            at));
        }
    }

    /** Tells everybody that a host cannot be switched off. */
    void isNotOff(Watched host, String why) {
        HostRow row = em.find(HostRow.class, host.host());
        if (row != null) {
            changes.announce(
                    row.changed(
                            Kind.HOST, "power", "it is lost and cannot be switched off: " + why));
        }
    }

    /** No report of it is taken until the transaction ends. */
    private boolean isAsWatched(Watched host) {
        return store.lock(host.host())
                .filter(now -> !now.fenced() && host.last().equals(now.last()))
                .isPresent();
    }

    /**
     * Takes one person's word that a host is lost; with another one's of the same silence it is proven.
     *
     * @throws ProblemException if the host is heard, a proof holds of it already, or the same person says it again
     */
    HostDeclaration.Answer declare(HostRow host, String reason, LeaseJudge judge) {
        Locked seen = store.lock(host.id).orElseThrow();
        Instant now = clock.instant();
        requireSilent(host, seen, judge);
        Optional<Declared> before =
                store.declared(host.id)
                        .filter(word -> word.at().plus(AGREEMENT).isAfter(now))
                        .filter(word -> word.last().equals(seen.last()));
        if (before.isEmpty()) {
            store.declare(host.id, new Declared(caller.name(), now, reason, seen.last()));
            changes.announce(
                    host.changed(
                            Kind.HOST,
                            "declared",
                            "%s says that it is lost: %s".formatted(caller.name(), reason)));
            return new HostDeclaration.Answer(host.name, caller.name(), now.plus(AGREEMENT), null);
        }
        if (before.get().by().equals(caller.name())) {
            throw ProblemException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "%s has said already that host %s is lost, and another person has to agree"
                            .formatted(caller.name(), host.name),
                    "let somebody with another token say the same by "
                            + before.get().at().plus(AGREEMENT));
        }
        String fence =
                prove(
                        host.id,
                        host.name,
                        FenceProof.DECLARATION,
                        FenceEvidence.declaration(
                                seen.last().receivedAt(),
                                seen.lease().toSeconds(),
                                before.get().by(),
                                caller.name(),
                                before.get().reason()));
        return new HostDeclaration.Answer(host.name, before.get().by(), null, fence);
    }

    private void requireSilent(HostRow host, Locked seen, LeaseJudge judge) {
        if (seen.fenced()) {
            throw ProblemException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "host %s is fenced already".formatted(host.name),
                    "see what came of it with GET /v1/fences?host=" + host.name);
        }
        if (seen.last() == null) {
            throw ProblemException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "host %s has never reported, so nothing runs there".formatted(host.name),
                    "delete it, if it is not to come");
        }
        if (!judge.hasWatched(host.id, seen.lease())) {
            throw ProblemException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "host %s was heard at %s, and may let its instances run for %d s; this controller has not watched it be silent for long enough"
                            .formatted(
                                    host.name, seen.last().receivedAt(), seen.lease().toSeconds()),
                    "if it is off, say it again in a minute");
        }
    }

    /** Returns the name of the record. */
    private String prove(UUID host, String name, FenceProof proof, FenceEvidence evidence) {
        FenceRow row = new FenceRow();
        row.id = Ids.next();
        row.name = VolumeDesired.serial(row.id);
        row.revision = 1;
        row.created = clock.instant();
        row.labels = new HashMap<>();
        row.host = name;
        row.proof = proof;
        row.evidence = evidence;
        em.persist(row);
        em.flush();
        store.fence(host, row.id);
        changes.announce(row.changed(Kind.FENCE, "created", words(row)));
        return row.name;
    }

    private static String words(FenceRow row) {
        FenceEvidence why = row.evidence;
        return switch (row.proof) {
            case LEASE ->
                    "Host %s was silent for %d s, its lease of %d s is over, and it ends by itself what may be started elsewhere"
                            .formatted(row.host, why.silentSeconds(), why.leaseSeconds());
            case POWER ->
                    "Host %s was silent for %d s, and its BMC %s says that it is off"
                            .formatted(row.host, why.silentSeconds(), why.bmc());
            case DECLARATION ->
                    "%s and %s say that host %s is lost: %s"
                            .formatted(why.declaredBy(), why.agreedBy(), row.host, why.reason());
        };
    }

    /** A fenced host is heard: what was not given to others stays its own. The caller holds the lock on its observation. */
    public void returned(Stored host, HostObserved report, Instant now) {
        FenceRow row = em.find(FenceRow.class, host.fence());
        store.returned(
                host.host(),
                host.fence(),
                now,
                report.fencing() == null ? null : report.fencing().stopped());
        em.refresh(row);
        changes.announce(
                row.changed(
                        Kind.FENCE,
                        "returned",
                        "host %s is heard again; %d of its instances were started elsewhere"
                                .formatted(row.host, row.restarted)));
    }
}
