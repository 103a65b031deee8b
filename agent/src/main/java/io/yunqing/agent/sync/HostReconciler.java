package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.lease.Lease;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.ImageDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the host to what is desired: holds the levels, what is seen and the progress, asks {@link HostPlan}, runs the
 * steps on the lanes.
 *
 * <p>All its state belongs to one thread, the one behind {@code mailbox}; lanes answer through the mailbox. After each
 * batch of messages {@link #settle} plans for every instance and volume and tells what the host now is.
 */
public final class HostReconciler {

    private static final Logger LOG = Logger.getLogger(HostReconciler.class.getName());

    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final Executor mailbox;
    private final InstantSource clock;
    private final Failures failures;
    private final Lease lease;
    private final Consumer<HostView> told;

    private final Levels levels = new Levels();
    private final Sight sight;
    private final Map<UUID, Progress> progress = new HashMap<>();
    private final Map<UUID, Run> runs = new HashMap<>();
    private final Map<ImageSource, CompletableFuture<Void>> fetches = new HashMap<>();
    private final Refusals<UUID> refusals = new Refusals<>();
    private final PoolKeeper pools;
    private final VolumeKeeper volumes;
    private final NetworkKeeper networks;
    private final Attachments attachments;
    private final Turns turns;
    private final OrphanKeeper orphans;
    private final BackupKeeper backups;
    private final ImageKeeper images;
    private long applied;
    private boolean begun;
    private @Nullable String held;

    public HostReconciler(
            Hypervisor hypervisor,
            Lanes lanes,
            Executor mailbox,
            InstantSource clock,
            Backoff backoff,
            Lease lease,
            Consumer<HostView> told) {
        this.hypervisor = hypervisor;
        this.lanes = lanes;
        this.mailbox = mailbox;
        this.clock = clock;
        this.failures = new Failures(clock, backoff);
        this.lease = lease;
        this.told = told;
        this.sight = new Sight(hypervisor, lanes, mailbox, clock, backoff);
        this.pools = new PoolKeeper(hypervisor, levels, lanes, mailbox, clock, backoff);
        this.volumes =
                new VolumeKeeper(
                        hypervisor, levels, pools, lanes, mailbox, clock, backoff, this::fetch);
        this.networks = new NetworkKeeper(hypervisor, lanes, mailbox, clock, backoff);
        this.attachments = new Attachments(levels, sight, volumes, networks, lease, runs.values());
        this.turns = new Turns(levels, sight, this::progressOf);
        this.orphans =
                new OrphanKeeper(
                        hypervisor, levels, sight, attachments, lanes, mailbox, clock, backoff);
        this.backups = new BackupKeeper(hypervisor, volumes, lanes, mailbox, clock, backoff);
        this.images = new ImageKeeper(hypervisor, lanes, mailbox, clock, this::fetch);
    }

    /** The controller, or what was kept of it, says what the host should be. */
    public void hear(HostDesired news) {
        var change = levels.hear(news);
        change.refused().forEach(LOG::warning);
        hypervisor.place(levels.places());
        for (UUID id : change.instances()) {
            progress.computeIfPresent(id, (i, p) -> p.retargeted());
            abandonFetch(id);
        }
        change.volumes().forEach(volumes::retarget);
        change.orphans().forEach(orphans::retarget);
        change.backups().forEach(backups::retarget);
    }

    /** The controller has taken this view: tombstones confirmed in it are done with. */
    public void confirmed(HostView view) {
        for (InstanceObserved seen : view.instances()) {
            if (seen.state() == DomainState.REMOVED && progressOf(seen.id()).erased()) {
                levels.forget(seen.id());
            }
        }
        for (VolumeObserved seen : view.volumesOrNone()) {
            var want = levels.volume(seen.id());
            if (seen.state() == VolumeState.REMOVED && want != null && volumes.isRemoved(want)) {
                levels.forgetVolume(seen.id());
            }
        }
        for (BackupObserved seen : view.backupsOrNone()) {
            var want = levels.backup(seen.id());
            if (want != null && backups.isDone(want, seen.state())) {
                levels.forgetBackup(seen.id());
            }
        }
        if (view.orphans() != null) {
            orphans.confirmed(view.orphans());
        }
    }

    /** It is known how the controller takes our reports, or that it is away: from now on things are changed. */
    public void begin() {
        begun = true;
    }

    /** From now on nothing is changed, or, with no reason, things are changed again. */
    public void hold(@Nullable String reason) {
        if (reason != null && !reason.equals(held)) {
            LOG.severe("changing nothing on this host: " + reason);
        } else if (reason == null && held != null) {
            LOG.info("changing things on this host again");
        }
        held = reason;
    }

    public HostDesired desired() {
        return levels.snapshot();
    }

    /** Plans for every volume and instance; returns when to be called again if nothing happens before. */
    public Instant settle() {
        Instant now = clock.instant();
        Instant wake =
                earlier(
                        earlier(sight.lookIfDue(now), volumes.lookIfDue(now)),
                        orphans.lookIfDue(now));
        wake = earlier(wake, pools.lookIfDue(now));
        progress.keySet().removeIf(id -> !levels.names(id) && !runs.containsKey(id));
        refusals.keepOnly(levels::names);
        turns.keepOnly(levels::names);
        volumes.keepOnly(id -> levels.volume(id) != null);
        backups.keepOnly(id -> levels.backup(id) != null);
        if (begun && held == null) {
            wake = earlier(wake, networks.pursue(levels.networks(), now));
            images.keepOnly(levels.images());
            for (ImageDesired want : levels.images()) {
                wake = earlier(wake, images.pursue(want, now));
            }
        }
        if (begun && held == null && sight.complete()) {
            for (VolumeDesired want : levels.volumes()) {
                wake = earlier(wake, volumes.pursue(want, attachments::use, now));
            }
            for (InstanceDesired want : List.copyOf(levels.instances())) {
                wake = earlier(wake, pursue(want, now));
            }
            for (OrphanDesired want : levels.orphans()) {
                wake = earlier(wake, orphans.pursue(want, now));
            }
            for (BackupDesired want : levels.backups()) {
                wake = earlier(wake, backups.pursue(want, attachments::use, now));
            }
            applied = levels.revision();
        }
        told.accept(
                Report.of(
                        levels,
                        applied,
                        sight,
                        this::progressOf,
                        refusals,
                        turns,
                        new Report.Rest(
                                observedVolumes(now),
                                begun ? orphans.observed(now) : null,
                                networks.trouble(),
                                observedBackups(now),
                                pools.observed()),
                        now));
        return wake;
    }

    private @Nullable List<VolumeObserved> observedVolumes(Instant now) {
        if (!sight.complete() || !volumes.complete()) {
            return null;
        }
        var holders = attachments.holders();
        return levels.volumes().stream()
                .filter(volumes::isSeen)
                .map(want -> volumes.observed(want, holders.get(want.id()), now))
                .toList();
    }

    private @Nullable List<BackupObserved> observedBackups(Instant now) {
        return levels.backups().isEmpty()
                ? null
                : levels.backups().stream().map(want -> backups.observed(want, now)).toList();
    }

    private static Instant earlier(Instant one, @Nullable Instant other) {
        return other != null && other.isBefore(one) ? other : one;
    }

    /** To be told by the hypervisor what happens. */
    public Hypervisor.Listener listener() {
        return sight;
    }

    private @Nullable Instant pursue(InstanceDesired want, Instant now) {
        if (runs.containsKey(want.id())) {
            return null;
        }
        var reach = attachments.reach(want);
        var plan =
                HostPlan.of(
                        want,
                        sight.domain(want.id()),
                        reach,
                        turns.of(want, now),
                        progressOf(want.id()),
                        now);
        refusals.note(want.id(), what(want), plan.refusal(), now);
        if (!plan.steps().isEmpty()) {
            LOG.info(() -> what(want) + ": " + plan.steps());
            var run = new Run(want, reach.of(want), plan.steps());
            runs.put(want.id(), run);
            perform(run);
        }
        return plan.again();
    }

    private void perform(Run run) {
        Step step = run.step();
        UUID id = run.want.id();
        progress.put(id, progressOf(id).begin(step, clock.instant()));
        var _ =
                work(step, run.target)
                        .whenComplete(
                                (done, failure) -> mailbox.execute(() -> performed(run, failure)));
    }

    private CompletableFuture<Void> work(Step step, InstanceDesired want) {
        if (step != Step.FETCH) {
            return lanes.submit(
                    step.lane(), step.word() + " of " + what(want), () -> perform(step, want));
        }
        return CompletableFuture.allOf(
                want.images().stream()
                        .filter(image -> !hypervisor.holds(image))
                        .map(this::fetch)
                        .toArray(CompletableFuture[]::new));
    }

    /** However many instances wait for an image, it takes one slot. */
    private CompletableFuture<Void> fetch(ImageSource image) {
        var fetch = fetches.get(image);
        if (fetch == null) {
            fetch =
                    lanes.submit(
                            Step.FETCH.lane(),
                            "image " + image.name(),
                            () -> {
                                hypervisor.fetch(image);
                                return null;
                            });
            fetches.put(image, fetch);
            var _ =
                    fetch.whenComplete(
                            (done, failure) -> mailbox.execute(() -> fetches.remove(image)));
        }
        return fetch;
    }

    private @Nullable Void perform(Step step, InstanceDesired want) throws HypervisorFault {
        switch (step) {
            case FETCH -> throw new IllegalArgumentException("each image is fetched by itself");
            case PREPARE -> hypervisor.prepare(want);
            case DEFINE -> hypervisor.define(want);
            case ATTACH -> hypervisor.attachVolumes(want);
            case ENLARGE -> hypervisor.enlarge(want);
            case START -> {
                // It may have waited long for its turn on the lane.
                String unleased = lease.obstacle(want);
                if (unleased != null) {
                    throw new HypervisorFault(HypervisorFault.Kind.REFUSED, unleased);
                }
                if (want.paused()) {
                    hypervisor.startPaused(want.id());
                } else {
                    hypervisor.start(want.id());
                }
            }
            case SHUTDOWN -> hypervisor.shutdown(want.id());
            case PAUSE -> hypervisor.pause(want.id());
            case RESUME -> hypervisor.resume(want.id());
            case POWER_OFF -> hypervisor.powerOff(want.id());
            case UNDEFINE -> hypervisor.undefine(want.id());
            case ERASE -> hypervisor.erase(want.id());
        }
        return null;
    }

    private void performed(Run run, @Nullable Throwable failure) {
        if (run.abandoned) {
            return;
        }
        UUID id = run.want.id();
        Step step = run.step();
        var before = progressOf(id);
        if (failure != null) {
            if (step.lane() == LaneName.STORAGE || step.lane() == LaneName.FETCH) {
                sight.roomChanged();
            }
            progress.put(
                    id,
                    before.with(
                            failures.after(
                                    before.attempts(), what(run.want), step.word(), failure)));
            look(run);
            return;
        }
        progress.put(id, before.done(step, run.isLast(), clock.instant()));
        if (!run.isLast() && held == null && levels.asks(run.want) && mayGoOn(run)) {
            run.advance();
            perform(run);
        } else {
            look(run);
        }
    }

    /** A lease may have ended while an image came. */
    private boolean mayGoOn(Run run) {
        return !run.isBeforeStart() || lease.obstacle(run.want) == null;
    }

    /** The run ends when its effect was looked at, so that the next plan does not act on what was seen before it. */
    private void look(Run run) {
        UUID id = run.want.id();
        var _ =
                sight.look(id)
                        .whenComplete(
                                (seen, failure) -> mailbox.execute(() -> runs.remove(id, run)));
    }

    /** An image may take long to come; nothing of the instance exists yet, so a newer wish need not wait for it. */
    private void abandonFetch(UUID id) {
        var run = runs.get(id);
        if (run != null && run.step() == Step.FETCH) {
            run.abandoned = true;
            runs.remove(id);
            var before = progressOf(id);
            progress.put(id, before.with(before.attempts().interrupted()));
        }
    }

    private Progress progressOf(UUID id) {
        return progress.getOrDefault(id, Progress.NONE);
    }

    private static String what(InstanceDesired want) {
        return "%s/%s (%s)".formatted(want.tenant(), want.name(), want.id());
    }
}
