package io.yunqing.controller.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The fleet as columns: one array per property, one index per host, hosts in the order of their names. */
public final class FleetView {
    private final List<Host> hosts;
    private final boolean[] reporting;
    private final boolean[] schedulable;
    private final Map<String, long[]> limits = new TreeMap<>();
    private final Map<String, long[]> used = new TreeMap<>();

    private FleetView(List<Host> hosts) {
        this.hosts = hosts;
        this.reporting = new boolean[hosts.size()];
        this.schedulable = new boolean[hosts.size()];
    }

    /** Who a host is. */
    public record Host(UUID id, String name, String zone) {}

    public int size() {
        return hosts.size();
    }

    public Host host(int index) {
        return hosts.get(index);
    }

    boolean reporting(int index) {
        return reporting[index];
    }

    boolean schedulable(int index) {
        return schedulable[index];
    }

    /** What the host may promise of the resource; 0 if it has none. */
    long limit(String resource, int index) {
        long[] column = limits.get(resource);
        return column == null ? 0 : column[index];
    }

    long used(String resource, int index) {
        long[] column = used.get(resource);
        return column == null ? 0 : column[index];
    }

    long free(String resource, int index) {
        return limit(resource, index) - used(resource, index);
    }

    /** Collects hosts row by row. */
    public static final class Builder {
        private record Entry(
                Host host,
                boolean reporting,
                boolean schedulable,
                Map<String, Long> limits,
                Map<String, Long> used) {}

        private final List<Entry> entries = new ArrayList<>();

        /**
         * @param reporting whether its agent is heard on time
         * @param schedulable whether operators let new instances come to it
         */
        public Builder add(
                Host host,
                boolean reporting,
                boolean schedulable,
                Map<String, Long> limits,
                Map<String, Long> used) {
            entries.add(new Entry(host, reporting, schedulable, limits, used));
            return this;
        }

        public FleetView build() {
            entries.sort((a, b) -> a.host().name().compareTo(b.host().name()));
            FleetView view = new FleetView(entries.stream().map(Entry::host).toList());
            for (int i = 0; i < entries.size(); i++) {
                Entry entry = entries.get(i);
                view.reporting[i] = entry.reporting();
                view.schedulable[i] = entry.schedulable();
                fill(view.limits, entry.limits(), i, entries.size());
                fill(view.used, entry.used(), i, entries.size());
            }
            return view;
        }

        private static void fill(
                Map<String, long[]> columns, Map<String, Long> values, int index, int size) {
            values.forEach((resource, value) ->
                    columns.computeIfAbsent(resource, _ -> new long[size])[index] = value);
        }
    }
}
