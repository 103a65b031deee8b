package io.yunqing.agent.lease;

import io.yunqing.agent.platform.LogLine;
import io.yunqing.agent.platform.Uptime;
import io.yunqing.agent.storage.Layout;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;

/**
 * The guard as a process: {@code GuardProgram SOCKET POOL}. It outlives the agent that starts it, takes what an agent says at its
 * socket, and ends by itself when there is neither an agent nor anything that it could have to end.
 *
 * <p>It asks no libvirt: what is to end are processes, which the kernel names and kills.
 */
public final class GuardProgram {

    private static final Logger LOG = Logger.getLogger(GuardProgram.class.getName());
    private static final Duration TICK = Duration.ofMillis(100);

    /** How long after an agent has gone the next one is waited for. */
    private static final Duration LINGER = Duration.ofSeconds(30);

    /** How long what is killed has to be gone before an agent is told that it is not. */
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(3);

    private final Warden warden;
    private final AtomicInteger agents = new AtomicInteger();
    private volatile long aloneSince = Uptime.millis();

    private GuardProgram(Path pool) {
        var guests = new RunningGuests(new Layout(pool));
        this.warden =
                new Warden(
                        Uptime::millis,
                        InstantSource.system(),
                        guests::now,
                        process -> ProcessHandle.of(process).ifPresent(GuardProgram::kill));
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        LogLine.install();
        Path socket = Path.of(args[0]);
        var guard = new GuardProgram(Path.of(args[1]));
        // A dead one's socket is in the way; a living one would have been connected to.
        Files.deleteIfExists(socket);
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofPlatform().daemon().name("agents").start(() -> guard.listen(server));
            guard.watch();
        }
        // From now on agents find another guard; one that came at the last moment is still served.
        guard.watch();
    }

    private static void kill(ProcessHandle guest) {
        LOG.warning("its time is over: killing process " + guest.pid());
        guest.destroyForcibly();
    }

    /** Until there is no agent and nothing to end; whatever goes wrong, it goes on. */
    private void watch() throws InterruptedException {
        boolean idle = false;
        while (!idle) {
            try {
                warden.enforce();
                idle =
                        agents.get() == 0
                                && Uptime.millis() - aloneSince >= LINGER.toMillis()
                                && warden.idle();
            } catch (RuntimeException | OutOfMemoryError e) {
                LOG.severe("it goes on: " + e);
            }
            Thread.sleep(TICK);
        }
    }

    private void listen(ServerSocketChannel server) {
        while (server.isOpen()) {
            try {
                var agent = server.accept();
                agents.incrementAndGet();
                Thread.ofPlatform().daemon().name("agent").start(() -> serve(agent));
            } catch (IOException e) {
                LOG.warning("no agent can connect: " + e.getMessage());
                return;
            }
        }
    }

    private void serve(SocketChannel agent) {
        try (agent;
                var lines =
                        new BufferedReader(Channels.newReader(agent, StandardCharsets.US_ASCII));
                var answers = Channels.newWriter(agent, StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answer(answers, line);
            }
        } catch (IOException e) {
            LOG.info("an agent has gone: " + e.getMessage());
        } finally {
            aloneSince = Uptime.millis();
            agents.decrementAndGet();
        }
    }

    private void answer(Writer answers, String line) throws IOException {
        var allowance = GuardMessage.Allowance.of(line);
        long deadline = Uptime.millis() + LAST_PATIENCE.toMillis();
        while (!warden.enforce() && Uptime.millis() < deadline) {
            pause();
        }
        String answer;
        try {
            answer = GuardMessage.done(warden.allow(allowance));
        } catch (IOException e) {
            answer = String.valueOf(e.getMessage());
        }
        answers.write(answer + "\n");
        answers.flush();
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(TICK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
