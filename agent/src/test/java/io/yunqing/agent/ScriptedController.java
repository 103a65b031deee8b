package io.yunqing.agent;

import io.yunqing.agent.link.Controller;
import io.yunqing.agent.link.LinkFault;
import io.yunqing.api.agent.CertificateGrant;
import io.yunqing.api.agent.ConsoleDesired;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.HostImages;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.HostStatistics;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.InstanceUse;
import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.ReportAnswer;
import io.yunqing.api.agent.VolumeDesired;
import java.io.IOException;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A controller without a wire, which answers as a test says. */
final class ScriptedController implements Controller {

    private final Map<UUID, InstanceDesired> desired = new LinkedHashMap<>();
    private final Map<UUID, VolumeDesired> volumes = new LinkedHashMap<>();
    private final Map<OrphanKey, OrphanDesired> orphans = new LinkedHashMap<>();
    private final List<HostObserved> reports = new ArrayList<>();
    private final Map<UUID, Long> consoles = new LinkedHashMap<>();
    private final List<InstanceUse> uses = new ArrayList<>();
    private long revision = 1;
    private LinkFault.@Nullable Kind failing;
    private int failedCalls;
    private int failedReports;

    synchronized void desire(InstanceDesired... instances) {
        for (InstanceDesired instance : instances) {
            desired.put(instance.id(), instance);
        }
        revision++;
        notifyAll();
    }

    synchronized void desire(OrphanDesired orphan) {
        orphans.put(orphan.orphan(), orphan);
        revision++;
        notifyAll();
    }

    synchronized void desire(VolumeDesired volume) {
        volumes.put(volume.id(), volume);
        revision++;
        notifyAll();
    }

    /** Every call fails so, until it is null again. */
    synchronized void failing(LinkFault.@Nullable Kind kind) {
        failing = kind;
        failedCalls = 0;
        failedReports = 0;
        notifyAll();
    }

    synchronized List<InstanceUse> uses() {
        return List.copyOf(uses);
    }

    synchronized Map<UUID, Long> consoles() {
        return Map.copyOf(consoles);
    }

    @Override
    public synchronized HostDesired desired(long after, Duration wait)
            throws LinkFault, InterruptedException {
        failAsAsked();
        while (after >= revision) {
            wait();
            failAsAsked();
        }
        return HostDesired.of(
                revision,
                true,
                List.copyOf(desired.values()),
                List.copyOf(volumes.values()),
                List.copyOf(orphans.values()),
                null);
    }

    /** A duplicate is told so when it reports; it may ask what is desired, as any agent with the certificate. */
    private void failAsAsked() throws LinkFault {
        if (failing != LinkFault.Kind.DUPLICATE) {
            fail();
        }
    }

    @Override
    public synchronized ReportAnswer report(HostObserved observed) throws LinkFault {
        failedReports += failing == null ? 0 : 1;
        fail();
        reports.add(observed);
        notifyAll();
        return new ReportAnswer(200, 30_000, revision);
    }

    @Override
    public synchronized void console(UUID instance, byte[] tail, long end) throws LinkFault {
        fail();
        consoles.put(instance, end);
        notifyAll();
    }

    @Override
    public synchronized void images(HostImages known) throws LinkFault {
        fail();
    }

    @Override
    public synchronized void statistics(HostStatistics statistics) throws LinkFault {
        fail();
        uses.addAll(statistics.instances());
        notifyAll();
    }

    @Override
    public CompletableFuture<WebSocket> open(ConsoleDesired session, WebSocket.Listener listener) {
        return CompletableFuture.failedFuture(new IOException("no console in this test"));
    }

    @Override
    public CertificateGrant renew(String signingRequest) throws LinkFault {
        throw new LinkFault(LinkFault.Kind.REFUSED, "not in this test");
    }

    private void fail() throws LinkFault {
        if (failing != null) {
            failedCalls++;
            notifyAll();
            throw new LinkFault(failing, "as the test says");
        }
    }

    /** Waits for a report made from now on. */
    synchronized HostObserved await(Predicate<HostObserved> condition) {
        int from = Math.max(0, reports.size() - 1);
        until(() -> reports.stream().skip(from).anyMatch(condition));
        return reports.stream().skip(from).filter(condition).findFirst().orElseThrow();
    }

    synchronized void awaitFailedReports(int number) {
        until(() -> failedReports >= number);
    }

    synchronized HostObserved last() {
        return reports.getLast();
    }

    synchronized void awaitFailedCalls(int number) {
        until(() -> failedCalls >= number);
    }

    synchronized void until(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError(
                        "waited in vain; last reports: "
                                + reports.reversed().stream().limit(2).toList());
            }
            try {
                wait(Math.min(50, left / 1_000_000 + 1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    static Predicate<HostObserved> shows(UUID id, Predicate<InstanceObserved> condition) {
        return report ->
                report.instances().stream().anyMatch(i -> i.id().equals(id) && condition.test(i));
    }
}
