package io.yunqing.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.link.Controller;
import io.yunqing.agent.link.Json;
import io.yunqing.agent.link.LinkFault;
import io.yunqing.agent.link.Rhythm;
import io.yunqing.agent.platform.Threads;
import io.yunqing.agent.simulated.Pace;
import io.yunqing.agent.simulated.SimulatedHypervisor;
import io.yunqing.api.agent.CertificateGrant;
import io.yunqing.api.agent.ConsoleDesired;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.HostImages;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.HostStatistics;
import io.yunqing.api.agent.ReportAnswer;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent kept of the controller's word, and when it counts. */
class KeptDesiredTest {

    private static final UUID HOST = FakeController.HOST;
    private static final UUID OTHER = UUID.fromString("0198f1a2-0000-7000-8000-000000000002");
    private static final HostDesired KEPT =
            HostDesired.of(
                    5,
                    true,
                    List.of(Instances.running().build()),
                    List.of(Volumes.made(Volumes.ID, 3)),
                    null,
                    null);

    @TempDir Path data;
    private final Gates gates = new Gates();
    private final Word controller = new Word();
    private @Nullable Agent agent;

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.close();
        }
    }

    @Test
    void nothingIsDoneByItWhileTheControllerMayStillAnswer() throws IOException {
        start(HOST);
        controller.until(() -> controller.completeReports() >= 4);
        assertEquals(List.of(), gates.steps());

        controller.says(HostDesired.of(6, true, List.of(), List.of(), null, null));
        controller.until(() -> controller.last().appliedRevision() == 6);
        assertEquals(List.of(), gates.steps());
    }

    @Test
    void itCountsWhenTheControllerCannotBeAsked() throws IOException {
        controller.fails();
        start(HOST);
        controller.until(() -> gates.steps().equals(List.of("prepare", "define", "start")));
    }

    @Test
    void ofAnotherHostItNeverCounts() throws IOException {
        controller.fails();
        start(OTHER);
        controller.until(() -> controller.failedPolls >= 3 && controller.failedReports >= 3);
        assertEquals(List.of(), gates.steps());
        assertFalse(Files.exists(data.resolve("desired.json")), "with its guests' secrets it goes");
    }

    @Test
    void itIsReadByItsHostOnly() throws IOException {
        assertNull(new DesiredFile(data, HOST).read());
        keep();
        assertEquals(KEPT, new DesiredFile(data, HOST).read());
        assertNull(new DesiredFile(data, OTHER).read());
        assertNull(new DesiredFile(data, HOST).read());
    }

    @Test
    void whatNamesNoHostOrIsBrokenIsNotUsed() throws IOException {
        Path file = data.resolve("desired.json");
        for (String text : List.of(Json.MAPPER.writeValueAsString(KEPT), "{}", "null", "{\"ho")) {
            Files.writeString(file, text);
            assertNull(new DesiredFile(data, HOST).read(), text);
        }
        keep();
        assertEquals(KEPT, new DesiredFile(data, HOST).read());
    }

    private void keep() {
        new DesiredFile(data, HOST).write(KEPT);
    }

    private void start(UUID host) throws IOException {
        keep();
        agent =
                new Agent(
                        data,
                        host,
                        gates.before(
                                new SimulatedHypervisor(
                                        Instances.INVENTORY,
                                        Pace.INSTANT,
                                        new Random(1),
                                        step -> {})),
                        null,
                        controller,
                        new Rhythm(Threads.PLATFORM, new Random(1)));
        agent.start();
    }

    /** A controller that takes reports, and says what is desired when, and if, the test wants it to. */
    private static final class Word implements Controller {

        private final List<HostObserved> reports = new ArrayList<>();
        private @Nullable HostDesired word;
        private boolean away;
        private int failedPolls;
        private int failedReports;

        synchronized void says(HostDesired desired) {
            word = desired;
            notifyAll();
        }

        synchronized void fails() {
            away = true;
        }

        synchronized long completeReports() {
            return reports.stream().filter(HostObserved::complete).count();
        }

        synchronized HostObserved last() {
            return reports.getLast();
        }

        private void answer() throws LinkFault {
            if (away) {
                throw new LinkFault(LinkFault.Kind.UNREACHABLE, "as the test says");
            }
        }

        @Override
        public synchronized HostDesired desired(long after, Duration wait)
                throws LinkFault, InterruptedException {
            failedPolls += away ? 1 : 0;
            answer();
            while (word == null || word.revision() <= after) {
                wait();
            }
            return word;
        }

        @Override
        public synchronized ReportAnswer report(HostObserved observed) throws LinkFault {
            failedReports += away ? 1 : 0;
            answer();
            reports.add(observed);
            notifyAll();
            return new ReportAnswer(200, 30_000, word == null ? KEPT.revision() : word.revision());
        }

        @Override
        public void console(UUID instance, byte[] tail, long end) {}

        @Override
        public void statistics(HostStatistics statistics) {}

        @Override
        public void images(HostImages known) {}

        @Override
        public CompletableFuture<WebSocket> open(
                ConsoleDesired session, WebSocket.Listener listener) {
            return CompletableFuture.failedFuture(new IOException("no console in this test"));
        }

        @Override
        public CertificateGrant renew(String signingRequest) throws LinkFault {
            throw new LinkFault(LinkFault.Kind.REFUSED, "not in this test");
        }

        synchronized void until(BooleanSupplier holds) {
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!holds.getAsBoolean()) {
                assertTrue(System.nanoTime() < deadline, () -> "waited in vain; " + reports);
                try {
                    wait(20);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError(e);
                }
            }
        }
    }
}
