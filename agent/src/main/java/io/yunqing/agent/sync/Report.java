package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.Fault;
import io.yunqing.api.UnknownDomain;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts what is desired, seen and under way into the words of the protocol. Pure. */
final class Report {

    private Report() {}

    static HostView of(
            Levels levels,
            long applied,
            Sight sight,
            Function<UUID, Progress> progress,
            Map<UUID, Fault> refusals,
            Instant now) {
        var instances = new ArrayList<InstanceObserved>();
        for (InstanceDesired want : levels.instances()) {
            var have = sight.domain(want.id());
            if (have != null || sight.complete()) {
                instances.add(
                        instance(
                                want,
                                have,
                                progress.apply(want.id()),
                                refusals.get(want.id()),
                                now));
            }
        }
        var unknown = new ArrayList<UnknownDomain>();
        for (ObservedDomain domain : sight.domains()) {
            if (levels.names(domain.id()) && domain.ours()) {
                continue;
            }
            if (domain.ours() && !levels.whole()) {
                // Nothing was ever heard: it is too early to call one of our own unknown.
                instances.add(
                        new InstanceObserved(
                                domain.id(),
                                domain.epoch(),
                                domain.state(),
                                domain.reason(),
                                null,
                                null));
            } else {
                unknown.add(new UnknownDomain(domain.id(), domain.name(), word(domain.state())));
            }
        }
        unknown.sort(Comparator.comparing(UnknownDomain::uuid));
        Set<UUID> withDisk =
                sight.domains().stream()
                        .filter(ObservedDomain::ours)
                        .map(ObservedDomain::id)
                        .collect(Collectors.toUnmodifiableSet());
        return new HostView(
                sight.blind(),
                sight.observedAt(),
                applied,
                sight.inventory(),
                List.copyOf(instances),
                withDisk,
                List.copyOf(unknown));
    }

    private static InstanceObserved instance(
            InstanceDesired want,
            @Nullable ObservedDomain have,
            Progress progress,
            @Nullable Fault refusal,
            Instant now) {
        Step step = progress.step();
        return new InstanceObserved(
                want.id(),
                have != null && have.ours() ? have.epoch() : want.epoch(),
                state(want, have, progress),
                have == null ? null : have.reason(),
                step == null ? null : step.word(),
                fault(progress, refusal, now));
    }

    private static DomainState state(
            InstanceDesired want, @Nullable ObservedDomain have, Progress progress) {
        if (have != null && have.ours()) {
            return have.state();
        }
        return want.deleted() && progress.erased() ? DomainState.REMOVED : DomainState.ABSENT;
    }

    private static @Nullable Fault fault(Progress progress, @Nullable Fault refusal, Instant now) {
        Step step = progress.step();
        Instant since = progress.since();
        if (refusal != null) {
            return refusal;
        }
        if (step != null
                && since != null
                && Duration.between(since, now).compareTo(HostReconciler.STEP_DEADLINE) > 0) {
            return new Fault(
                    since.plus(HostReconciler.STEP_DEADLINE),
                    step.word(),
                    "has not ended after %d s and cannot be taken back; the report's lanes say what hangs"
                            .formatted(HostReconciler.STEP_DEADLINE.toSeconds()),
                    Math.max(Fault.ATTEMPTS_BEFORE_FAILED, progress.failures() + 1));
        }
        return progress.fault();
    }

    private static String word(DomainState state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
