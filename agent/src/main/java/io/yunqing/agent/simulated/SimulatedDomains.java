package io.yunqing.agent.simulated;

import io.yunqing.agent.hypervisor.Hypervisor.Listener;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.HypervisorFault.Kind;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.InstanceSize;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.OrphanKind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The domains of a host in memory, which somebody may blind and break. */
final class SimulatedDomains {

    /** How many times its size a guest can grow to while it is on. */
    private static final int GROWTH = 4;

    private final SimulatedPool pool;
    private final Map<UUID, ObservedDomain> domains = new LinkedHashMap<>();
    private final Set<UUID> transients = new HashSet<>();
    private @Nullable Listener listener;
    private @Nullable String blind;
    private @Nullable String startsFailWith;
    private boolean deafGuests;

    SimulatedDomains(SimulatedPool pool) {
        this.pool = pool;
    }

    synchronized void startsFailWith(@Nullable String words) {
        startsFailWith = words;
    }

    synchronized void deafenGuests(boolean deaf) {
        deafGuests = deaf;
    }

    synchronized void put(ObservedDomain domain) {
        domains.put(domain.id(), domain);
        tell(domain.id());
    }

    synchronized void blind(String why) {
        blind = why;
        if (listener != null) {
            listener.lost(why);
        }
    }

    synchronized void see() {
        blind = null;
        if (listener != null) {
            listener.found();
        }
    }

    synchronized void listen(Listener next) {
        listener = next;
    }

    private void tell(UUID domain) {
        if (listener != null && blind == null) {
            listener.changed(domain);
        }
    }

    /**
     * @throws HypervisorFault if nothing can be seen
     */
    synchronized void look() throws HypervisorFault {
        if (blind != null) {
            throw new HypervisorFault(Kind.UNREACHABLE, blind);
        }
    }

    synchronized List<ObservedDomain> all() throws HypervisorFault {
        look();
        return List.copyOf(domains.values());
    }

    synchronized Optional<ObservedDomain> find(UUID id) throws HypervisorFault {
        look();
        return Optional.ofNullable(domains.get(id));
    }

    private ObservedDomain existing(UUID id) throws HypervisorFault {
        return find(id).orElseThrow(() -> new HypervisorFault(Kind.REFUSED, "no domain " + id));
    }

    static boolean isOn(ObservedDomain domain) {
        return switch (domain.state()) {
            case RUNNING, PAUSED, SHUTTING_DOWN, CRASHED -> true;
            case SHUTOFF, ABSENT, REMOVED -> false;
        };
    }

    /** Whether a domain that is on has the volume. */
    synchronized boolean haveOpen(UUID volume) {
        return domains.values().stream()
                .anyMatch(domain -> isOn(domain) && domain.volumes().contains(volume));
    }

    synchronized void define(InstanceDesired instance) throws HypervisorFault {
        var before = find(instance.id()).orElse(null);
        put(
                before != null && isOn(before)
                        ? before.withEpoch(instance.epoch())
                        : new ObservedDomain(
                                instance.id(),
                                "yq-" + instance.id(),
                                true,
                                instance.epoch(),
                                instance.boot(),
                                instance.vcpus(),
                                instance.memoryMiB(),
                                Set.copyOf(instance.volumesOrNone()),
                                DomainState.SHUTOFF,
                                null,
                                limits(instance, Map.of()),
                                instance.machineOrPlain().word(),
                                new InstanceSize(
                                        instance.vcpus() * GROWTH,
                                        (long) instance.memoryMiB() * GROWTH)));
    }

    synchronized void enlarge(InstanceDesired instance) throws HypervisorFault {
        var domain = existing(instance.id());
        put(
                domain.withSize(
                        Math.max(domain.vcpus(), instance.vcpus()),
                        Math.max(domain.memoryMiB(), instance.memoryMiB())));
    }

    synchronized void start(UUID id) throws HypervisorFault {
        start(id, DomainState.RUNNING, null);
    }

    synchronized void startPaused(UUID id) throws HypervisorFault {
        start(id, DomainState.PAUSED, InstanceObserved.PAUSED_BY_WISH);
    }

    private void start(UUID id, DomainState state, @Nullable String reason) throws HypervisorFault {
        var domain = existing(id);
        if (startsFailWith != null) {
            throw new HypervisorFault(Kind.REFUSED, startsFailWith);
        }
        if (isOn(domain)) {
            return;
        }
        if (!pool.hasDisk(id)) {
            throw new HypervisorFault(Kind.REFUSED, "domain " + id + ": its disk is not there");
        }
        for (UUID volume : domain.volumes()) {
            requireFor(domain, volume);
        }
        put(domain.withState(state, reason));
    }

    /** Whether its guest is there and hears ACPI. */
    synchronized boolean hearsShutdown(UUID id) throws HypervisorFault {
        return isOn(existing(id)) && !deafGuests;
    }

    synchronized void pause(UUID id) throws HypervisorFault {
        var domain = existing(id);
        if (domain.state() == DomainState.RUNNING) {
            put(domain.withState(DomainState.PAUSED, InstanceObserved.PAUSED_BY_WISH));
        }
    }

    synchronized void resume(UUID id) throws HypervisorFault {
        var domain = existing(id);
        if (domain.state() == DomainState.PAUSED) {
            put(domain.withState(DomainState.RUNNING, null));
        }
    }

    synchronized void off(UUID id) throws HypervisorFault {
        var domain = existing(id);
        if (transients.remove(id)) {
            remove(id);
        } else if (isOn(domain)) {
            put(domain.withState(DomainState.SHUTOFF, null));
        }
    }

    synchronized void undefine(UUID id) throws HypervisorFault {
        var domain = find(id).orElse(null);
        if (domain != null && isOn(domain)) {
            // It runs on without a definition, and is gone when it is off.
            transients.add(id);
        } else if (domain != null) {
            remove(id);
        }
    }

    private void remove(UUID id) {
        domains.remove(id);
        tell(id);
    }

    synchronized void attach(InstanceDesired instance) throws HypervisorFault {
        var domain = existing(instance.id());
        var attached = new HashSet<>(domain.volumes());
        for (UUID volume : instance.volumesOrNone()) {
            if (attached.add(volume) && isOn(domain)) {
                requireFor(domain, volume);
            }
        }
        boolean letsGo = !isOn(domain) || !deafGuests;
        if (letsGo) {
            attached.retainAll(instance.volumesOrNone());
        }
        put(domain.withDisks(Set.copyOf(attached), limits(instance, domain.limits())));
        attached.removeAll(instance.volumesOrNone());
        if (!attached.isEmpty()) {
            throw new HypervisorFault(
                    Kind.REFUSED, "the guest has not let go of volumes " + attached);
        }
    }

    /** The limits that are desired; those that are there, where nothing is said of any. */
    private static Map<UUID, IoLimits> limits(
            InstanceDesired instance, Map<UUID, IoLimits> before) {
        if (instance.limits() == null) {
            return before;
        }
        var limits = new HashMap<>(instance.limits());
        limits.values().removeIf(IoLimits.NONE::equals);
        return Map.copyOf(limits);
    }

    /** QEMU opens each disk for itself alone. */
    private void requireFor(ObservedDomain domain, UUID volume) throws HypervisorFault {
        if (!pool.hasVolume(volume)) {
            throw new HypervisorFault(Kind.REFUSED, "volume " + volume + " is not there");
        }
        for (ObservedDomain other : domains.values()) {
            if (isOn(other)
                    && other.volumes().contains(volume)
                    && !other.id().equals(domain.id())) {
                throw new HypervisorFault(
                        Kind.REFUSED, "domain " + other.id() + " has volume " + volume);
            }
        }
    }

    /** Returns false if it is a domain that is not there. */
    synchronized boolean putAside(OrphanKey orphan) throws HypervisorFault {
        look();
        ObservedDomain domain = null;
        if (orphan.kind() == OrphanKind.DOMAIN) {
            domain = domains.get(UUID.fromString(orphan.place()));
            if (domain == null) {
                return false;
            }
        }
        pool.putAside(orphan, domain);
        if (domain != null) {
            transients.remove(domain.id());
            remove(domain.id());
        }
        return true;
    }

    synchronized void putBack(OrphanKey orphan) throws HypervisorFault {
        look();
        if (orphan.kind() == OrphanKind.DOMAIN
                && pool.keeps(orphan)
                && domains.containsKey(UUID.fromString(orphan.place()))) {
            throw new HypervisorFault(
                    Kind.REFUSED, "another domain has the UUID " + orphan.place() + " by now");
        }
        pool.putBack(orphan).ifPresent(domain -> put(domain.withState(DomainState.SHUTOFF, null)));
    }
}
