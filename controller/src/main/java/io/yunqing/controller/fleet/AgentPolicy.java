package io.yunqing.controller.fleet;

import io.yunqing.api.HostState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How often hosts report and what their silence means. */
@ApplicationScoped
public class AgentPolicy {
    private final int reportsPerSecond;
    private final Duration floor;
    private final Duration lease;
    private final Instant started;

    /** How many hosts there are, as of a few seconds ago. */
    private volatile long hosts;

    AgentPolicy(
            @ConfigProperty(name = "yunqing.agents.reports-per-second") int reportsPerSecond,
            @ConfigProperty(name = "yunqing.agents.report-floor") Duration floor,
            @ConfigProperty(name = "yunqing.agents.lease") Duration lease,
            InstantSource clock) {
        this.reportsPerSecond = reportsPerSecond;
        this.floor = floor;
        this.lease = lease;
        this.started = clock.instant();
    }

    void fleetSize(long hosts) {
        this.hosts = hosts;
    }

    /** The time between two reports of one host, so that those of all together stay below the rate. */
    public Duration reportEvery() {
        Duration scaled = Duration.ofMillis(hosts * 1000 / reportsPerSecond);
        return scaled.compareTo(floor) > 0 ? scaled : floor;
    }

    /** How long a host counts as heard: long enough to miss a few reports, however rarely they are due. */
    public Duration lease() {
        Duration four = reportEvery().multipliedBy(4);
        return four.compareTo(lease) > 0 ? four : lease;
    }

    /**
     * Between which times a host must last have been heard to be in a state.
     *
     * @param currentSince heard since then, it is current
     * @param reachableSince else heard since then, it is late; else unreachable
     * @param silenceCounts whether the controller has listened for long enough to say that a host is silent
     */
    record Bounds(Instant currentSince, Instant reachableSince, boolean silenceCounts) {}

    /** What {@link #state(Instant, Instant)} compares with. */
    Bounds bounds(Instant now) {
        boolean listened = Duration.between(started, now).compareTo(lease()) >= 0;
        return new Bounds(
                now.minus(onTime()), listened ? now.minus(lease()) : Instant.EPOCH, listened);
    }

    /** See {@link HostState}. After its own start the controller gives every host one lease's time to be heard. */
    public HostState state(Instant receivedAt, Instant now) {
        return state(receivedAt, now, reportEvery(), lease(), started);
    }

    /** Whether what the host last said still holds: it is heard, and it saw its own domains. */
    public boolean sees(boolean complete, Instant receivedAt, Instant now) {
        return complete && heard(receivedAt, now);
    }

    /** Whether a report is so young that what it said may be taken to hold. */
    boolean heard(Instant receivedAt, Instant now) {
        return receivedAt != null && Duration.between(receivedAt, now).compareTo(lease()) <= 0;
    }

    /** Three reports missed, but never less than half a lease: a busy host is no suspect. */
    private static Duration onTime(Duration reportEvery, Duration lease) {
        Duration three = reportEvery.multipliedBy(3);
        Duration half = lease.dividedBy(2);
        return three.compareTo(half) > 0 ? three : half;
    }

    /** How long after a report the next one of the same host is not yet missed. */
    public Duration onTime() {
        return onTime(reportEvery(), lease());
    }

    static HostState state(
            Instant receivedAt,
            Instant now,
            Duration reportEvery,
            Duration lease,
            Instant started) {
        if (receivedAt == null) {
            return HostState.INVITED;
        }
        Duration silence = Duration.between(receivedAt, now);
        if (silence.compareTo(onTime(reportEvery, lease)) <= 0) {
            return HostState.CURRENT;
        }
        if (silence.compareTo(lease) <= 0 || Duration.between(started, now).compareTo(lease) < 0) {
            return HostState.LATE;
        }
        return HostState.UNREACHABLE;
    }
}
