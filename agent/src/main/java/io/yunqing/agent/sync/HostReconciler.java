package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the host to what is desired: holds the levels, what is seen and the progress, asks {@link HostPlan}, runs the
 * steps on the lanes.
 *
 * <p>All its state belongs to one thread, the one behind {@code mailbox}; lanes answer through the mailbox. After each
 * batch of messages {@link #settle} plans for every instance and tells what the host now is.
 */
public final class HostReconciler {

    private static final Logger LOG = Logger.getLogger(HostReconciler.class.getName());

    /** A step that takes longer than this is said to be late in the instance's fault; its slot stays taken. */
    static final Duration STEP_DEADLINE = Duration.ofMinutes(2);

    /** The steps under way for one instance; replaced, never changed, by what is desired next. */
    private static final class Run {
        final InstanceDesired want;
        final List<Step> steps;
        boolean abandoned;

        Run(InstanceDesired want, List<Step> steps) {
            this.want = want;
            this.steps = steps;
        }
    }

    private final Hypervisor hypervisor;
    private final Lanes lanes;
    private final Executor mailbox;
    private final InstantSource clock;
    private final Backoff backoff;
    private final Consumer<HostView> told;

    private final Levels levels = new Levels();
    private final Sight sight;
    private final Map<UUID, Progress> progress = new HashMap<>();
    private final Map<UUID, Run> runs = new HashMap<>();
    private final Map<InstanceDesired.ImageSource, CompletableFuture<Void>> fetches =
            new HashMap<>();
    private final Map<UUID, Fault> refusals = new HashMap<>();
    private long applied;
    private boolean begun;
    private @Nullable String held;

    public HostReconciler(
            Hypervisor hypervisor,
            Lanes lanes,
            Executor mailbox,
            InstantSource clock,
            Backoff backoff,
            Consumer<HostView> told) {
        this.hypervisor = hypervisor;
        this.lanes = lanes;
        this.mailbox = mailbox;
        this.clock = clock;
        this.backoff = backoff;
        this.told = told;
        this.sight = new Sight(hypervisor, lanes, mailbox, clock, backoff);
    }

    /** The controller, or what was kept of it, says what the host should be. */
    public void hear(HostDesired news) {
        var change = levels.hear(news);
        change.refused().forEach(LOG::warning);
        for (UUID id : change.changed()) {
            progress.computeIfPresent(id, (i, p) -> p.retargeted());
            abandonFetch(id);
        }
    }

    /** The controller has taken this view: tombstones confirmed in it are done with. */
    public void confirmed(HostView view) {
        for (InstanceObserved seen : view.instances()) {
            if (seen.state() == DomainState.REMOVED && progressOf(seen.id()).erased()) {
                levels.forget(seen.id());
            }
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

    /** Plans for every instance; returns when to be called again if nothing happens before. */
    public Instant settle() {
        Instant now = clock.instant();
        Instant wake = sight.lookIfDue(now);
        progress.keySet().removeIf(id -> !levels.names(id) && !runs.containsKey(id));
        refusals.keySet().removeIf(id -> !levels.names(id));
        if (begun && held == null && sight.complete()) {
            for (InstanceDesired want : List.copyOf(levels.instances())) {
                Instant again = pursue(want, now);
                wake = again != null && again.isBefore(wake) ? again : wake;
            }
            applied = levels.revision();
        }
        told.accept(Report.of(levels, applied, sight, this::progressOf, refusals, now));
        return wake;
    }

    /** To be told by the hypervisor what happens. */
    public Hypervisor.Listener listener() {
        return sight;
    }

    private @Nullable Instant pursue(InstanceDesired want, Instant now) {
        if (runs.containsKey(want.id())) {
            return null;
        }
        var plan = HostPlan.of(want, sight.domain(want.id()), progressOf(want.id()), now);
        note(want, plan.refusal(), now);
        if (!plan.steps().isEmpty()) {
            LOG.info(() -> what(want) + ": " + plan.steps());
            var run = new Run(want, plan.steps());
            runs.put(want.id(), run);
            advance(run, 0);
        }
        return plan.again();
    }

    private void note(InstanceDesired want, @Nullable String refusal, Instant now) {
        var before = refusals.get(want.id());
        if (refusal == null) {
            refusals.remove(want.id());
        } else if (before == null || !before.message().equals(refusal)) {
            LOG.warning(what(want) + ": " + refusal);
            // Looking again changes nothing, so it is a failure at once.
            refusals.put(
                    want.id(), new Fault(now, "compare", refusal, Fault.ATTEMPTS_BEFORE_FAILED));
        }
    }

    private void advance(Run run, int index) {
        Step step = run.steps.get(index);
        UUID id = run.want.id();
        progress.put(id, progressOf(id).begin(step, clock.instant()));
        var _ =
                work(step, run.want)
                        .whenComplete((done, failure) ->
                                mailbox.execute(() -> performed(run, index, cause(failure))));
    }

    private CompletableFuture<Void> work(Step step, InstanceDesired want) {
        if (step != Step.FETCH) {
            return lanes.submit(
                    step.lane(), step.word() + " of " + what(want), () -> perform(step, want));
        }
        var image = want.image();
        if (hypervisor.holds(image)) {
            return CompletableFuture.completedFuture(null);
        }
        // However many instances wait for an image, it takes one slot.
        var fetch = fetches.get(image);
        if (fetch == null) {
            fetch = lanes.submit(step.lane(), "image " + image.name(), () -> perform(step, want));
            fetches.put(image, fetch);
            var _ =
                    fetch.whenComplete(
                            (done, failure) -> mailbox.execute(() -> fetches.remove(image)));
        }
        return fetch;
    }

    private @Nullable Void perform(Step step, InstanceDesired want) throws HypervisorFault {
        switch (step) {
            case FETCH -> hypervisor.fetch(want.image());
            case PREPARE -> hypervisor.prepare(want);
            case DEFINE -> hypervisor.define(want);
            case START -> hypervisor.start(want.id());
            case SHUTDOWN -> hypervisor.shutdown(want.id());
            case POWER_OFF -> hypervisor.powerOff(want.id());
            case UNDEFINE -> hypervisor.undefine(want.id());
            case ERASE -> hypervisor.erase(want.id());
        }
        return null;
    }

    private void performed(Run run, int index, @Nullable Throwable failure) {
        UUID id = run.want.id();
        if (run.abandoned) {
            return;
        }
        Step step = run.steps.get(index);
        if (failure != null) {
            progress.put(id, afterFailure(run.want, step, failure));
            look(run);
        } else if (index + 1 < run.steps.size() && held == null && levels.asks(run.want)) {
            progress.put(id, progressOf(id).done(step, clock.instant()));
            advance(run, index + 1);
        } else {
            progress.put(id, progressOf(id).done(step, clock.instant()));
            look(run);
        }
    }

    /** The run ends when its effect was looked at, so that the next plan does not act on what was seen before it. */
    private void look(Run run) {
        UUID id = run.want.id();
        var _ =
                sight.look(id)
                        .whenComplete(
                                (seen, failure) -> mailbox.execute(() -> runs.remove(id, run)));
    }

    private Progress afterFailure(InstanceDesired want, Step step, Throwable failure) {
        var before = progressOf(want.id());
        if (failure instanceof HypervisorFault fault
                && fault.kind() == HypervisorFault.Kind.UNREACHABLE) {
            // The host's trouble, which the report names for all its instances; not this
            // instance's.
            return before.interrupted();
        }
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        Level level = failure instanceof HypervisorFault ? Level.WARNING : Level.SEVERE;
        Throwable trace = failure instanceof HypervisorFault ? null : failure;
        if (before.fault() == null || !before.fault().message().equals(message)) {
            LOG.log(level, what(want) + ": " + step.word() + " failed: " + message, trace);
        }
        return before.failed(step, message, clock.instant(), backoff.after(before.failures() + 1));
    }

    /** An image may take long to come; nothing of the instance exists yet, so a newer wish need not wait for it. */
    private void abandonFetch(UUID id) {
        var run = runs.get(id);
        if (run != null && progressOf(id).step() == Step.FETCH) {
            run.abandoned = true;
            runs.remove(id);
            progress.put(id, progressOf(id).interrupted());
        }
    }

    private Progress progressOf(UUID id) {
        return progress.getOrDefault(id, Progress.NONE);
    }

    private static String what(InstanceDesired want) {
        return "%s/%s (%s)".formatted(want.tenant(), want.name(), want.id());
    }

    private static @Nullable Throwable cause(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }
}
