package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.agent.hypervisor.ObservedOrphan;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.OrphanKind;
import io.yunqing.api.agent.OrphanObserved;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is on the host and in none of its levels, and does with it what an operator asked, nothing else.
 *
 * <p>Files are an orphan only if they belonged to nobody when the look at them began and do not now, so that what comes or goes
 * during a look is never called one. Belongs to the mailbox's thread, as {@link HostReconciler}.
 */
final class OrphanKeeper {

    private static final Logger LOG = Logger.getLogger(OrphanKeeper.class.getName());

    private static final Comparator<OrphanKey> ORDER =
            Comparator.comparing(OrphanKey::kind).thenComparing(OrphanKey::place);

    /** The same orphan may be put aside and, made anew by somebody, in its place too. */
    private record Where(OrphanKey orphan, boolean quarantined) {}

    private final Hypervisor hypervisor;
    private final Levels levels;
    private final Sight domains;
    private final Attachments attachments;
    private final Lanes lanes;
    private final Executor mailbox;
    private final Failures failures;
    private final StorageSight<Where, ObservedOrphan> sight;
    private final Refusals<OrphanKey> refusals = new Refusals<>();
    private final Map<OrphanKey, Attempts> attempts = new HashMap<>();
    private final Map<OrphanKey, Instant> askedOff = new HashMap<>();
    private Map<OrphanKey, OrphanObserved> told = Map.of();

    /** Those with a step whose effect was not yet looked at. */
    private final Set<OrphanKey> changing = new HashSet<>();

    OrphanKeeper(
            Hypervisor hypervisor,
            Levels levels,
            Sight domains,
            Attachments attachments,
            Lanes lanes,
            Executor mailbox,
            InstantSource clock,
            Backoff backoff) {
        this.hypervisor = hypervisor;
        this.levels = levels;
        this.domains = domains;
        this.attachments = attachments;
        this.lanes = lanes;
        this.mailbox = mailbox;
        this.failures = new Failures(clock, backoff);
        this.sight =
                new StorageSight<>(
                        "orphans",
                        LaneName.STORAGE,
                        () -> {
                            var explained = levels.explained();
                            return () -> hypervisor.orphans(explained);
                        },
                        orphan -> new Where(orphan.key(), orphan.quarantined()),
                        lanes,
                        mailbox,
                        clock,
                        backoff);
    }

    /** Looks at storage when that is due, once it is known what is no orphan; returns when it is next. */
    @Nullable Instant lookIfDue(Instant now) {
        return levels.tellsOrphans() ? sight.lookIfDue(now) : null;
    }

    /** Something else is desired of it now. */
    void retarget(OrphanKey orphan) {
        attempts.computeIfPresent(orphan, (key, before) -> before.retargeted());
        askedOff.remove(orphan);
    }

    /** The controller has heard of these and no others: what was wished of any other is done with. */
    void confirmed(List<OrphanObserved> heard) {
        var there = heard.stream().map(OrphanObserved::orphan).collect(Collectors.toSet());
        for (OrphanDesired want : List.copyOf(levels.orphans())) {
            var key = want.orphan();
            var seen = seen(key);
            if (!there.contains(key)
                    && !changing.contains(key)
                    && !seen.inPlace()
                    && !seen.putAside()) {
                levels.forgetOrphan(key);
            }
        }
        attempts.keySet().removeIf(key -> !levels.asksOf(key) && !changing.contains(key));
        askedOff.keySet().removeIf(key -> !levels.asksOf(key));
        refusals.keepOnly(levels::asksOf);
    }

    /** Does what there is to do with it; returns when to ask again if nothing happens before. */
    @Nullable Instant pursue(OrphanDesired want, Instant now) {
        var key = want.orphan();
        if (!canTell() || changing.contains(key)) {
            return null;
        }
        var plan = OrphanPlan.of(want, seen(key), askedOff.get(key), attemptsOf(key), now);
        refusals.note(key, what(key), plan.refusal(), now);
        if (plan.step() != null) {
            begin(plan.step(), key, now);
        }
        return plan.again();
    }

    private void begin(OrphanStep step, OrphanKey key, Instant now) {
        LOG.info(() -> what(key) + ": " + step.word());
        changing.add(key);
        attempts.put(key, attemptsOf(key).begin(step.word(), now));
        if (step == OrphanStep.SHUTDOWN) {
            askedOff.put(key, now);
        }
        var _ =
                lanes.submit(
                                step.lane(),
                                step.word() + " of " + what(key),
                                () -> perform(step, key))
                        .whenComplete((done, failure) ->
                                mailbox.execute(() -> performed(step, key, failure)));
    }

    private @Nullable Void perform(OrphanStep step, OrphanKey key) throws HypervisorFault {
        switch (step) {
            case SHUTDOWN -> hypervisor.shutdown(UUID.fromString(key.place()));
            case QUARANTINE -> hypervisor.quarantine(key);
            case RELEASE -> hypervisor.release(key);
            case PURGE -> hypervisor.purge(key);
        }
        return null;
    }

    private void performed(OrphanStep step, OrphanKey key, @Nullable Throwable failure) {
        attempts.put(
                key,
                failure == null
                        ? Attempts.NONE
                        : failures.after(attemptsOf(key), what(key), step.word(), failure));
        if (key.kind() == OrphanKind.DOMAIN) {
            var _ =
                    domains.look(UUID.fromString(key.place()))
                            .whenComplete((seen, blind) -> mailbox.execute(() -> look(key)));
        } else {
            look(key);
        }
    }

    private void look(OrphanKey key) {
        sight.look(() -> changing.remove(key));
    }

    private boolean canTell() {
        return levels.tellsOrphans() && domains.complete() && sight.complete();
    }

    /** All there are, each with what is being done about it; nothing when it cannot be told. */
    @Nullable List<OrphanObserved> observed(Instant now) {
        if (!canTell()) {
            return null;
        }
        var all = new TreeMap<OrphanKey, OrphanObserved>(ORDER);
        for (ObservedOrphan orphan : sight.all()) {
            var key = orphan.key();
            if (orphan.quarantined() || isUnclaimed(orphan)) {
                all.merge(key, of(orphan, now), OrphanKeeper::inPlace);
            }
        }
        for (ObservedDomain domain : domains.domains()) {
            if (!levels.explains(domain)) {
                all.put(key(domain), of(domain, now));
            }
        }
        // While it is on its way from one place to another, no look may show it.
        for (OrphanKey key : changing) {
            if (told.containsKey(key)) {
                all.putIfAbsent(key, told.get(key));
            }
        }
        told = all;
        return List.copyOf(all.values());
    }

    /** What is in its place is what people look for. */
    private static OrphanObserved inPlace(OrphanObserved one, OrphanObserved other) {
        return one.quarantined() ? other : one;
    }

    private OrphanObserved of(ObservedOrphan orphan, Instant now) {
        return new OrphanObserved(
                orphan.key(),
                orphan.name(),
                null,
                orphan.sizeBytes(),
                orphan.modifiedAt(),
                orphan.quarantined(),
                attemptsOf(orphan.key()).step(),
                fault(orphan.key(), now));
    }

    private OrphanObserved of(ObservedDomain domain, Instant now) {
        var key = key(domain);
        return new OrphanObserved(
                key,
                domain.name(),
                domain.state(),
                0,
                null,
                false,
                attemptsOf(key).step(),
                fault(key, now));
    }

    private @Nullable Fault fault(OrphanKey key, Instant now) {
        var refusal = refusals.of(key);
        return refusal == null ? attemptsOf(key).faultAt(now) : refusal;
    }

    private OrphanPlan.Seen seen(OrphanKey key) {
        boolean putAside = sight.get(new Where(key, true)) != null;
        if (key.kind() == OrphanKind.DOMAIN) {
            var domain = domain(key);
            return new OrphanPlan.Seen(domain != null, putAside, domain, null);
        }
        var files = sight.get(new Where(key, false));
        return files == null || !isUnclaimed(files)
                ? new OrphanPlan.Seen(false, putAside, null, null)
                : new OrphanPlan.Seen(true, putAside, null, user(files));
    }

    private @Nullable ObservedDomain domain(OrphanKey key) {
        return domains.domains().stream()
                .filter(domain -> key(domain).equals(key) && !levels.explains(domain))
                .findFirst()
                .orElse(null);
    }

    private static OrphanKey key(ObservedDomain domain) {
        return new OrphanKey(OrphanKind.DOMAIN, domain.id().toString());
    }

    /** Files belong to the instance or volume of their id, and to the domain of it whoever made that. */
    private boolean isUnclaimed(ObservedOrphan files) {
        var id = files.id();
        return id == null
                || (!levels.explains(id)
                        && (files.key().kind() == OrphanKind.VOLUME || domains.domain(id) == null));
    }

    private @Nullable String user(ObservedOrphan files) {
        var id = files.id();
        return id != null
                        && files.key().kind() == OrphanKind.VOLUME
                        && attachments.use(id) != VolumeUse.FREE
                ? "a domain has it as a disk; put that aside first"
                : null;
    }

    private Attempts attemptsOf(OrphanKey key) {
        return attempts.getOrDefault(key, Attempts.NONE);
    }

    private static String what(OrphanKey key) {
        return "orphan " + key.place();
    }
}
