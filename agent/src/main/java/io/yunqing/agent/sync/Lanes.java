package io.yunqing.agent.sync;

import io.yunqing.agent.platform.Threads;
import io.yunqing.api.agent.HostObserved;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** All lanes of an agent. */
public final class Lanes implements AutoCloseable {

    private final Map<LaneName, Lane> lanes = new EnumMap<>(LaneName.class);

    public Lanes(InstantSource clock, Threads threads) {
        for (LaneName name : LaneName.values()) {
            lanes.put(name, new Lane(name, clock, threads));
        }
    }

    /**
     * @param what it does, as reports say it while it runs
     */
    public <T> CompletableFuture<T> submit(LaneName lane, String what, Callable<T> work) {
        return get(lane).submit(what, work);
    }

    /** What each lane does at this moment; never waits. */
    public List<HostObserved.Lane> status() {
        return lanes.values().stream().map(Lane::status).toList();
    }

    private Lane get(LaneName name) {
        var lane = lanes.get(name);
        if (lane == null) {
            throw new IllegalStateException("no lane " + name);
        }
        return lane;
    }

    @Override
    public void close() {
        lanes.values().forEach(Lane::stop);
        lanes.values().forEach(Lane::close);
    }
}
