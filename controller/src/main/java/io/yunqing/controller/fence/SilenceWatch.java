package io.yunqing.controller.fence;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * For how long each host has been silent, as this process has watched: by a clock that nobody sets and from its own first look at a
 * report on, so that it may say too little and never too much. Whoever was just started has watched for no time at all.
 *
 * <p>Any thread may call it.
 */
final class SilenceWatch {
    private final Map<UUID, Watched> hosts = new HashMap<>();

    /**
     * A host's last report.
     *
     * @param sequence its number within the agent's start
     */
    record Report(UUID host, Instant receivedAt, long sequence) {}

    /**
     * @param since when it was first seen to be the last
     */
    private record Watched(Report last, long since) {}

    /**
     * Takes in a look at all hosts.
     *
     * @param nanos a moment after the look
     */
    synchronized void see(Collection<Report> reports, long nanos) {
        Map<UUID, Watched> seen = new HashMap<>();
        for (Report report : reports) {
            Watched before = hosts.get(report.host());
            seen.put(
                    report.host(),
                    before != null && before.last.equals(report)
                            ? before
                            : new Watched(report, nanos));
        }
        hosts.clear();
        hosts.putAll(seen);
    }

    /** A look failed: what was reported meanwhile may have been lost with the database, so all begins anew. */
    synchronized void forget() {
        hosts.clear();
    }

    /**
     * @param nanos a moment before the last look, or at it
     */
    synchronized Duration silence(UUID host, long nanos) {
        Watched watched = hosts.get(host);
        return watched == null
                ? Duration.ZERO
                : Duration.ofNanos(Math.max(0, nanos - watched.since));
    }
}
