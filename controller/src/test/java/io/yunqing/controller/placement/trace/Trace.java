package io.yunqing.controller.placement.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Virtual machines as they were asked for and given back over time. */
final class Trace {
    private static final int MIB_PER_GIB = 1024;
    private static final List<String> GIB_COLUMNS =
            List.of("id", "vcpus", "memory_gib", "start_s", "end_s");
    private static final List<String> MIB_COLUMNS =
            List.of("id", "vcpus", "memory_mib", "start_s", "end_s");

    /** One machine; it is gone at {@code end}. */
    record Machine(long vcpus, long memoryMiB, double start, double end) {}

    /**
     * A host as the trace's fleets have them.
     *
     * @param memoryGiB whole GiB, as the traces have them
     */
    record HostSize(long vcpus, long memoryGiB) {
        long memoryMiB() {
            return memoryGiB * MIB_PER_GIB;
        }

        @Override
        public String toString() {
            return vcpus + " vCPUs, " + memoryGiB + " GiB";
        }
    }

    private final List<Machine> machines;
    private final int[] events;

    Trace(List<Machine> machines) {
        this.machines = List.copyOf(machines);
        this.events = ordered();
    }

    /**
     * @throws IllegalArgumentException if the file is not such a table
     */
    static Trace read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<String> header = lines.isEmpty() ? List.of() : List.of(lines.getFirst().split(","));
        long unit;
        if (header.equals(GIB_COLUMNS)) {
            unit = MIB_PER_GIB;
        } else if (header.equals(MIB_COLUMNS)) {
            unit = 1;
        } else {
            throw new IllegalArgumentException(
                    file + " does not begin with the line " + String.join(",", GIB_COLUMNS));
        }
        return new Trace(lines.stream().skip(1).map(line -> machine(line, unit)).toList());
    }

    private static Machine machine(String line, long unit) {
        String[] fields = line.split(",");
        if (fields.length != GIB_COLUMNS.size()) {
            throw new IllegalArgumentException("not a machine: " + line);
        }
        return new Machine(
                Long.parseLong(fields[1]),
                Math.round(Double.parseDouble(fields[2]) * unit),
                Double.parseDouble(fields[3]),
                Double.parseDouble(fields[4]));
    }

    /** Starts and ends in the order of time. What ends makes room for what starts at the same time. */
    private int[] ordered() {
        Integer[] all =
                IntStream.range(0, machines.size())
                        .filter(i -> machines.get(i).end() > machines.get(i).start())
                        .boxed()
                        .flatMap(i -> List.of(i, ~i).stream())
                        .toArray(Integer[]::new);
        Arrays.sort(
                all,
                Comparator.comparingDouble(this::time)
                        .thenComparing(event -> event >= 0)
                        .thenComparingInt(event -> Math.max(event, ~event)));
        return Arrays.stream(all).mapToInt(Integer::intValue).toArray();
    }

    private double time(int event) {
        return event >= 0 ? machine(event).start() : machine(event).end();
    }

    private Machine machine(int event) {
        return machines.get(Math.max(event, ~event));
    }

    /** What happens, in order: a machine's number when it starts, its complement when it ends. */
    int[] events() {
        return events;
    }

    Machine get(int machine) {
        return machines.get(machine);
    }

    int size() {
        return machines.size();
    }

    /** How many start at all: one that ends when it starts never takes anything. */
    int starts() {
        return events.length / 2;
    }

    /** No fewer hosts can do: the largest demand there was, in hosts. */
    int bound(HostSize host) {
        long vcpus = 0;
        long memory = 0;
        long mostVcpus = 0;
        long mostMemory = 0;
        for (int event : events) {
            int sign = event >= 0 ? 1 : -1;
            vcpus += sign * machine(event).vcpus();
            memory += sign * machine(event).memoryMiB();
            mostVcpus = Math.max(mostVcpus, vcpus);
            mostMemory = Math.max(mostMemory, memory);
        }
        return (int)
                Math.max(
                        Math.ceilDiv(mostVcpus, host.vcpus()),
                        Math.ceilDiv(mostMemory, host.memoryMiB()));
    }
}
