package io.yunqing.controller.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Processes an earlier life left on a cluster: a server whose controller was killed, or the backends of a server that
 * was killed.
 *
 * <p>They are known by what cannot be recycled: every PostgreSQL process works in its cluster's folder. The process id
 * in postmaster.pid alone proves nothing, it may by now be anybody's.
 */
record Remains(Path data) {
    private static final Duration OWN_ACCORD = Duration.ofSeconds(5);
    private static final Duration FAST = Duration.ofSeconds(30);
    private static final Duration TERMINATED = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(20);

    /**
     * Returns when nothing runs on the cluster any more: by itself (a server notices the death of its controller, a
     * backend that of its server), else asked to, else killed.
     */
    void clear(Binaries binaries) throws IOException {
        if (!gone(OWN_ACCORD)) {
            for (ProcessHandle server : servers()) {
                binaries.signal("INT", server);
            }
            if (!gone(FAST)) {
                processes().forEach(ProcessHandle::destroy);
            }
            if (!gone(TERMINATED)) {
                processes().forEach(ProcessHandle::destroyForcibly);
            }
            if (!gone(TERMINATED)) {
                throw new IOException("processes " + processes() + " still run on " + data);
            }
        }
        dropRecycled();
    }

    /**
     * Nothing runs on the cluster. PostgreSQL would still refuse to start if postmaster.pid names a process that
     * lives: then it is another program that was given the same number.
     */
    private void dropRecycled() throws IOException {
        Path file = data.resolve("postmaster.pid");
        if (Files.exists(file)) {
            String pid = Files.readString(file).lines().findFirst().orElse("").strip();
            boolean recycled =
                    pid.matches("\\d{1,18}") && ProcessHandle.of(Long.parseLong(pid)).isPresent();
            if (recycled) {
                Files.delete(file);
            }
        }
    }

    private boolean gone(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (!processes().isEmpty()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return true;
    }

    /** Those whose parent is not of the cluster themselves. */
    private List<ProcessHandle> servers() {
        List<ProcessHandle> all = processes();
        return all.stream()
                .filter(each -> each.parent().map(parent -> !all.contains(parent)).orElse(true))
                .toList();
    }

    List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses().filter(this::works).toList();
    }

    private boolean works(ProcessHandle each) {
        Path process = Path.of("/proc", Long.toString(each.pid()));
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).equals(data)
                    && Files.readSymbolicLink(process.resolve("exe")).endsWith("postgres");
        } catch (IOException e) {
            // Ended meanwhile, or another user's: neither works here.
            return false;
        }
    }
}
