package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.ConsoleTail;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;

/**
 * Reads the ends of serial console logs and keeps them from filling the disk.
 *
 * <p>QEMU holds a log open and appends. So that no byte is lost and the position keeps meaning "bytes ever written", a
 * log is never truncated: its old part is given back to the file system as a hole, and only its length goes on growing.
 */
public final class ConsoleLog {

    private static final Logger LOG = Logger.getLogger(ConsoleLog.class.getName());
    private static final int TAIL_BYTES = 64 * 1024;
    private static final long TRIM_ABOVE = 1024 * 1024;
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final Layout layout;

    /** Up to where each log was given back. */
    private final Map<UUID, Long> trimmed = new ConcurrentHashMap<>();

    public ConsoleLog(Layout layout) {
        this.layout = layout;
    }

    public Optional<ConsoleTail> tail(UUID id, long seen) throws HypervisorFault {
        Path log = layout.console(id);
        try {
            long end = Files.size(log);
            if (end == seen) {
                return Optional.empty();
            }
            trim(id, log, end);
            return Optional.of(read(log, end));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.STORAGE, "console log " + log + ": " + e.getMessage(), e);
        }
    }

    private static ConsoleTail read(Path log, long end) throws IOException {
        var bytes = ByteBuffer.allocate((int) Math.min(TAIL_BYTES, end));
        long start = end - bytes.capacity();
        try (var channel = FileChannel.open(log)) {
            while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {
                // Until the end seen above; what was written since comes next time.
            }
        }
        byte[] tail = Arrays.copyOf(bytes.array(), bytes.position());
        return new ConsoleTail(tail, start + tail.length);
    }

    private void trim(UUID id, Path log, long end) {
        long from = trimmed.getOrDefault(id, 0L);
        if (end - from <= TRIM_ABOVE) {
            return;
        }
        long keep = end - TAIL_BYTES;
        try {
            Tool.run(
                    DEADLINE,
                    List.of(
                            "fallocate",
                            "--punch-hole",
                            "--offset",
                            "0",
                            "--length",
                            String.valueOf(keep),
                            log.toString()));
        } catch (IOException e) {
            LOG.warning("console log %s grows on: %s".formatted(log, e.getMessage()));
        }
        // Tried or done: not again before it has grown as much again.
        trimmed.put(id, keep);
    }

    /** The instance is gone. */
    public void forget(UUID id) {
        trimmed.remove(id);
    }
}
