package io.yunqing.examples.fleet;

import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What all agents of a fleet see of the controller, counted and timed. */
public final class Tally {
    private final Latencies reports = new Latencies();
    private final Latencies wishes = new Latencies();
    private final LongAdder faults = new LongAdder();
    private final Map<String, Long> askedAt = new ConcurrentHashMap<>();
    private final Set<UUID> running = ConcurrentHashMap.newKeySet();
    private final Set<Integer> heard = ConcurrentHashMap.newKeySet();

    /** From a report being sent to its answer. */
    public Latencies reports() {
        return reports;
    }

    /** From an instance being asked for to its host's agent knowing of it. */
    public Latencies wishes() {
        return wishes;
    }

    /** How many calls of agents have failed. */
    public int faults() {
        return faults.intValue();
    }

    /** How many instances run by reports that the controller has taken. */
    public int running() {
        return running.size();
    }

    /** How many agents' reports were answered since {@link #nobodyIsHeard}. */
    public int heard() {
        return heard.size();
    }

    public void nobodyIsHeard() {
        heard.clear();
    }

    void asked(String instance) {
        askedAt.put(instance, System.nanoTime());
    }

    void wished(HostDesired news) {
        long now = System.nanoTime();
        for (InstanceDesired instance : news.instances()) {
            Long asked = askedAt.remove(instance.name());
            if (asked != null) {
                wishes.record(now - asked);
            }
        }
    }

    void reported(int host, HostObserved report, long nanos) {
        reports.record(nanos);
        heard.add(host);
        for (InstanceObserved instance : report.instances()) {
            if (instance.state() == DomainState.RUNNING) {
                running.add(instance.id());
            } else {
                running.remove(instance.id());
            }
        }
    }

    void failed() {
        faults.increment();
    }
}
