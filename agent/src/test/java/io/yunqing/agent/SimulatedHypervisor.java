package io.yunqing.agent;

import io.yunqing.agent.hypervisor.ConsoleTail;
import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.api.HostInventory;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A host in memory, which a test can blind, break, and meddle with. */
public final class SimulatedHypervisor implements Hypervisor {

    private final Map<UUID, ObservedDomain> domains = new LinkedHashMap<>();
    private final List<String> done = new ArrayList<>();
    private @Nullable Listener listener;
    private @Nullable String blind;
    private @Nullable String startsFailWith;
    private @Nullable CountDownLatch slowFetch;

    synchronized List<String> done() {
        return List.copyOf(done);
    }

    synchronized void startsFailWith(@Nullable String words) {
        startsFailWith = words;
    }

    synchronized void fetchesWaitFor(CountDownLatch latch) {
        slowFetch = latch;
    }

    /** Somebody else's doing, with the event that comes of it. */
    synchronized void put(ObservedDomain domain) {
        domains.put(domain.id(), domain);
        if (listener != null) {
            listener.changed(domain.id());
        }
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

    private synchronized void did(String what) throws HypervisorFault {
        look();
        done.add(what);
    }

    private void look() throws HypervisorFault {
        if (blind != null) {
            throw new HypervisorFault(HypervisorFault.Kind.UNREACHABLE, blind);
        }
    }

    @Override
    public synchronized void listen(Listener next) {
        listener = next;
    }

    @Override
    public synchronized HostInventory inventory() throws HypervisorFault {
        look();
        return new HostInventory(
                "sim", 2, 4096, List.of(), "tcg", "x86_64", "simulated", "test", null);
    }

    @Override
    public synchronized List<ObservedDomain> domains() throws HypervisorFault {
        look();
        return List.copyOf(domains.values());
    }

    @Override
    public synchronized Optional<ObservedDomain> domain(UUID id) throws HypervisorFault {
        look();
        return Optional.ofNullable(domains.get(id));
    }

    @Override
    public boolean holds(InstanceDesired.ImageSource image) {
        return false;
    }

    @Override
    public void fetch(InstanceDesired.ImageSource image) throws HypervisorFault {
        CountDownLatch latch;
        synchronized (this) {
            latch = slowFetch;
        }
        try {
            if (latch != null) {
                latch.await();
            }
        } catch (InterruptedException e) {
            throw new HypervisorFault(HypervisorFault.Kind.IMAGE, "interrupted", e);
        }
        did("fetch");
    }

    @Override
    public void prepare(InstanceDesired instance) throws HypervisorFault {
        did("prepare");
    }

    @Override
    public synchronized void define(InstanceDesired instance) throws HypervisorFault {
        did("define");
        var before = domains.get(instance.id());
        set(instance.id(), instance.epoch(), before == null ? DomainState.SHUTOFF : before.state());
    }

    @Override
    public synchronized void start(UUID id) throws HypervisorFault {
        if (startsFailWith != null) {
            throw new HypervisorFault(HypervisorFault.Kind.REFUSED, startsFailWith);
        }
        did("start");
        set(id, epoch(id), DomainState.RUNNING);
    }

    @Override
    public void shutdown(UUID id) throws HypervisorFault {
        did("shutdown");
    }

    @Override
    public synchronized void powerOff(UUID id) throws HypervisorFault {
        did("power-off");
        set(id, epoch(id), DomainState.SHUTOFF);
    }

    @Override
    public synchronized void undefine(UUID id) throws HypervisorFault {
        did("undefine");
        domains.remove(id);
    }

    @Override
    public void erase(UUID id) throws HypervisorFault {
        did("erase");
    }

    @Override
    public Optional<ConsoleTail> console(UUID id, long seen) {
        return seen == 5
                ? Optional.empty()
                : Optional.of(new ConsoleTail(new byte[] {1, 2, 3, 4, 5}, 5));
    }

    private void set(UUID id, long epoch, DomainState state) {
        put(new ObservedDomain(id, "yq-" + id, true, epoch, state, null));
    }

    private long epoch(UUID id) throws HypervisorFault {
        var domain = domains.get(id);
        if (domain == null) {
            throw new HypervisorFault(HypervisorFault.Kind.REFUSED, "no domain " + id);
        }
        return domain.epoch();
    }

    @Override
    public void close() {}
}
