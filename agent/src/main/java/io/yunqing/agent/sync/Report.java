package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.Fault;
import io.yunqing.api.UnknownDomain;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.OrphanObserved;
import io.yunqing.api.agent.PoolObserved;
import io.yunqing.api.agent.VolumeObserved;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts what is desired, seen and under way into the words of the protocol. Pure. */
final class Report {

    private Report() {}

    /** What is told beside instances; see {@link HostView}. */
    record Rest(
            @Nullable List<VolumeObserved> volumes,
            @Nullable List<OrphanObserved> orphans,
            @Nullable String networkFault,
            @Nullable List<BackupObserved> backups,
            List<PoolObserved> pools) {}

    static HostView of(
            Levels levels,
            long applied,
            Sight sight,
            Function<UUID, Progress> progress,
            Refusals<UUID> refusals,
            Turns turns,
            Rest rest,
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
                                refusals.of(want.id()),
                                turns.behind(want.id()),
                                now));
            }
        }
        var unknown = new ArrayList<UnknownDomain>();
        for (ObservedDomain domain : sight.domains()) {
            if (!levels.explains(domain)) {
                unknown.add(new UnknownDomain(domain.id(), domain.name(), word(domain.state())));
            } else if (!levels.names(domain.id())) {
                instances.add(
                        new InstanceObserved(
                                domain.id(),
                                domain.epoch(),
                                domain.boot(),
                                domain.state(),
                                domain.reason(),
                                null,
                                null,
                                domain.size()));
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
                List.copyOf(unknown),
                rest.volumes(),
                rest.orphans(),
                rest.networkFault(),
                rest.backups(),
                rest.pools());
    }

    private static InstanceObserved instance(
            InstanceDesired want,
            @Nullable ObservedDomain have,
            Progress progress,
            @Nullable Fault refusal,
            @Nullable String behind,
            Instant now) {
        var ours = have != null && have.ours() ? have : null;
        return new InstanceObserved(
                want.id(),
                ours == null ? want.epoch() : ours.epoch(),
                ours == null ? want.boot() : ours.boot(),
                ours == null ? unmade(want, progress) : ours.state(),
                have == null ? null : have.reason(),
                progress.attempts().step() == null && behind != null
                        ? "waiting for " + behind
                        : progress.attempts().step(),
                refusal == null ? progress.attempts().faultAt(now) : refusal,
                ours == null ? null : ours.size());
    }

    private static DomainState unmade(InstanceDesired want, Progress progress) {
        return want.deleted() && progress.erased() ? DomainState.REMOVED : DomainState.ABSENT;
    }

    private static String word(DomainState state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
