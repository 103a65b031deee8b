package io.yunqing.examples.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What a process or thread has had of processors since it began, without the processes it started.
 *
 * @param ticks hundredths of a second, as Linux counts it for programs on every usual architecture
 */
record CpuTime(long ticks) {
    static final CpuTime NONE = new CpuTime(0);

    private static final int USER = 11;
    private static final int SYSTEM = 12;

    static CpuTime of(long pid) throws IOException {
        return parse(Files.readString(Path.of("/proc/" + pid + "/stat")));
    }

    /** By the names of a process' threads, which the kernel cuts at 15 letters; threads of one name are added up. */
    static Map<String, CpuTime> ofThreads(long pid) throws IOException {
        Map<String, CpuTime> times = new HashMap<>();
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads) {
                try {
                    String stat = Files.readString(thread.resolve("stat"));
                    String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                    times.merge(name, parse(stat), CpuTime::plus);
                } catch (NoSuchFileException _) {
                    // It has ended since it was listed.
                }
            }
        }
        return times;
    }

    /**
     * @param stat what /proc/PID/stat holds; the name in it, in brackets, may itself hold blanks and brackets
     */
    static CpuTime parse(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ");
        return new CpuTime(Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]));
    }

    private CpuTime plus(CpuTime other) {
        return new CpuTime(ticks + other.ticks);
    }

    /** In percent of one core. */
    double percentSince(CpuTime before, double seconds) {
        return (ticks - before.ticks) / seconds;
    }
}
