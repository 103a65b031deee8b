package io.yunqing.examples.fleet;

import io.yunqing.examples.bench.Figures;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.fleet.Centre.Cost;
import java.io.IOException;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What it costs to look at a large cloud: a page of a list at any depth, with filters, the whole of it, the metrics page. */
public final class ListBench {
    private static final int PAGE = 100;
    private static final int ROUNDS = 60;
    private static final int FEW = 7;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Centre centre;
    private final Rest rest;
    private final Figures figures = new Figures("list");

    private ListBench(Centre centre) throws IOException {
        this.centre = centre;
        rest = centre.rest();
    }

    public static void main(String[] given) throws Exception {
        Map<String, Integer> defaults = new LinkedHashMap<>();
        defaults.put("hosts", 10_000);
        defaults.put("instances", 100_000);
        Arguments arguments = new Arguments(given, defaults);
        try (Centre centre = Centre.start("bench-list")) {
            new ListBench(centre).run(arguments.get("hosts"), arguments.get("instances"));
        }
    }

    private void run(int hosts, int instances) throws Exception {
        Population.nouns(rest);
        System.out.printf("%d hosts and %d instances are put in%n", hosts, instances);
        try (Connection database = centre.database()) {
            Population.rows(database, hosts, instances);
        }
        figures.tell("hosts", hosts, "").tell("instances", instances, "");
        examine();
        metrics(hosts, instances);
        pages(instances);
        filters();
        stream(instances);
        new Pushes(centre).measure(rest, figures);
        figures.publish();
    }

    /** Recomputes every sum of the ledger: what was put in must be what an admission would have left. */
    private void examine() throws IOException {
        Rest.Answer answer = rest.get("/v1/doctor");
        if (!answer.body().path("healthy").asBoolean()) {
            throw new IOException("the doctor is not content: " + answer.body());
        }
        figures.tell("doctor_ms", median(FEW, "/v1/doctor"), "ms");
    }

    private void metrics(int hosts, int instances) throws IOException {
        Until.holds(
                "the metrics page shows all hosts and instances",
                PATIENCE,
                () -> {
                    String page = rest.text("/q/metrics");
                    return sum(page, "yunqing_hosts{") == hosts
                            && sum(page, "yunqing_instances{") == instances;
                });
        List<Double> times = new ArrayList<>();
        int bytes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            bytes = rest.text("/q/metrics").length();
            times.add(millisSince(begin));
        }
        // The first are the compiler's.
        figures.hold("metrics_ms", Figures.median(times.subList(ROUNDS / 2, ROUNDS)), "ms", 300)
                .tell("metrics_size", bytes / 1e6, "MB");
    }

    private static double sum(String page, String family) {
        return page.lines()
                .filter(line -> line.startsWith(family))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private void pages(int instances) throws IOException {
        List<String> paths = new ArrayList<>();
        String path = "/v1/instances?limit=" + PAGE;
        int items = 0;
        long begin = System.nanoTime();
        while (!path.isEmpty()) {
            paths.add(path);
            Rest.Answer answer = rest.get(path);
            items += answer.body().path("items").size();
            String next = answer.body().path("next").asText("");
            path = next.isEmpty() ? "" : "/v1/instances?limit=" + PAGE + "&cursor=" + next;
        }
        double seconds = millisSince(begin) / 1000;
        if (items != instances) {
            throw new IOException("%d pages hold %d instances".formatted(paths.size(), items));
        }
        List<String> places =
                List.of(paths.getFirst(), paths.get(paths.size() / 2), paths.getLast());
        List<List<Double>> times = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int round = 0; round < ROUNDS; round++) {
            for (int place = 0; place < places.size(); place++) {
                times.get(place).add(timed(places.get(place)));
            }
        }
        double first = Figures.median(times.get(0));
        double middle = Figures.median(times.get(1));
        double last = Figures.median(times.get(2));
        figures.hold("deep_to_first_page", Math.max(middle, last) / first, "x", 1.3)
                .tell("first_page_ms", first, "ms")
                .tell("middle_page_ms", middle, "ms")
                .tell("last_page_ms", last, "ms")
                .tell("all_pages", seconds, "s");
    }

    private void filters() throws IOException {
        Map<String, String> filters = new LinkedHashMap<>();
        filters.put("tenant", "tenant=tenant-7");
        filters.put("host", "host=host-005000");
        filters.put("zone", "zone=zone-2");
        filters.put("flavor", "flavor=flavor-1");
        filters.put("rare_flavor", "flavor=flavor-39");
        filters.put("prefix", "name=vm-0099*");
        filters.put("label", "label=tier=db");
        filters.put("rare_label", "label=tier=rare");
        filters.put("no_such_label", "label=tier=none");
        filters.put("phase", "phase=DELETING");
        for (Map.Entry<String, String> filter : filters.entrySet()) {
            figures.tell(
                    "filter_" + filter.getKey() + "_ms",
                    median(FEW, "/v1/instances?limit=" + PAGE + "&" + filter.getValue()),
                    "ms");
        }
    }

    private void stream(int instances) throws IOException {
        Cost before = centre.cost();
        long begin = System.nanoTime();
        int lines = rest.lines("/v1/instances");
        double seconds = millisSince(begin) / 1000;
        if (lines != instances) {
            throw new IOException("the stream has " + lines + " lines");
        }
        figures.tell("stream_rate", lines / seconds, "/s")
                .tell("memory_before_stream", before.memoryMiB(), "MiB")
                .tell("memory_after_stream", centre.cost().memoryMiB(), "MiB");
    }

    private double median(int rounds, String path) throws IOException {
        List<Double> times = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            times.add(timed(path));
        }
        return Figures.median(times);
    }

    private double timed(String path) throws IOException {
        long begin = System.nanoTime();
        Rest.Answer answer = rest.get(path);
        if (answer.status() != 200) {
            throw new IOException(path + ": " + answer);
        }
        return millisSince(begin);
    }

    private static double millisSince(long begin) {
        return (System.nanoTime() - begin) / 1e6;
    }
}
