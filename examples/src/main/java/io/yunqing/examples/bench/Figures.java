package io.yunqing.examples.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.yunqing.examples.cloud.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a benchmark found: a table for people, and target/bench/NAME.json for programs. */
public final class Figures {
    /**
     * One result.
     *
     * @param goal the most it should be, or the least; absent when it is only told
     * @param atLeast whether the goal is the least; absent when it is the most
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Figure(
            String name,
            double value,
            String unit,
            @Nullable Double goal,
            @Nullable Boolean atLeast) {
        String verdict() {
            if (goal == null) {
                return "";
            }
            boolean met = atLeast == null ? value <= goal : value >= goal;
            return met ? "met" : "missed";
        }

        String bound() {
            return goal == null ? "" : (atLeast == null ? "<= " : ">= ") + goal;
        }
    }

    private record Result(String name, String machine, List<Figure> figures) {}

    private final String name;
    private final List<Figure> figures = new ArrayList<>();

    public Figures(String name) {
        this.name = name;
    }

    public Figures tell(String figure, double value, String unit) {
        figures.add(new Figure(figure, rounded(value), unit, null, null));
        return this;
    }

    public Figures hold(String figure, double value, String unit, double goal) {
        figures.add(new Figure(figure, rounded(value), unit, goal, null));
        return this;
    }

    public Figures holdAtLeast(String figure, double value, String unit, double goal) {
        figures.add(new Figure(figure, rounded(value), unit, goal, true));
        return this;
    }

    public void publish() throws IOException {
        System.out.printf("%n%-24s %10s %-6s %10s%n", name, "value", "unit", "goal");
        for (Figure figure : figures) {
            System.out.printf(
                    "%-24s %10.2f %-6s %10s %s%n",
                    figure.name(), figure.value(), figure.unit(), figure.bound(), figure.verdict());
        }
        System.out.println(machine());
        Path folder = Repository.find().root().resolve("target/bench");
        Files.createDirectories(folder);
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(
                        folder.resolve(name + ".json").toFile(),
                        new Result(name, machine(), figures));
    }

    private static String machine() throws IOException {
        List<String> cpu = lines("/proc/cpuinfo", "model name");
        List<String> memory = lines("/proc/meminfo", "MemTotal");
        return "%d x %s, %s, Linux %s, Java %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        cpu.isEmpty() ? System.getProperty("os.arch") : cpu.getFirst(),
                        memory.isEmpty() ? "memory unknown" : gibibytes(memory.getFirst()),
                        System.getProperty("os.version"),
                        System.getProperty("java.version"));
    }

    private static String gibibytes(String kibibytes) {
        return Long.parseLong(kibibytes.split(" ")[0]) / (1 << 20) + " GiB";
    }

    private static List<String> lines(String file, String key) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .toList();
    }

    public static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
