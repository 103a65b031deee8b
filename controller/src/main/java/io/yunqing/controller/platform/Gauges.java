package io.yunqing.controller.platform;

import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import io.prometheus.client.CollectorRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Gauges of things that come by the thousand, such as hosts: worked out when they are asked for, out of what is in memory,
 * where a meter for each would have to be made, found and thrown away again and again.
 */
@ApplicationScoped
public class Gauges {
    private final CollectorRegistry registry;
    private final Every every;

    /** The registry behind the page: one that is injected by itself would be another, which nobody asks. */
    @SuppressWarnings("deprecation") // Quarkus' Prometheus registry is still this one
    Gauges(io.micrometer.prometheus.PrometheusMeterRegistry page, Every every) {
        this.registry = page.getPrometheusRegistry();
        this.every = every;
    }

    /**
     * Adds families to the metrics page.
     *
     * @param families is called at each scrape, and answers from memory
     */
    public void serve(Supplier<List<Family>> families) {
        registry.register(
                new Collector() {
                    @Override
                    public List<MetricFamilySamples> collect() {
                        return families.get().stream().map(Family::samples).toList();
                    }
                });
    }

    /**
     * Adds families that are counted now and then, and served as they were last counted.
     *
     * @param chore what is done, for the log
     * @param pause between two counts at least; what takes long is counted less often, see {@link Every#rarely}
     */
    public void count(String chore, Duration pause, Supplier<List<Family>> families) {
        AtomicReference<List<Family>> counted = new AtomicReference<>(List.of());
        every.rarely(chore, pause, () -> counted.set(families.get()));
        serve(counted::get);
    }

    /** One gauge with the values of all things that have it. */
    public static final class Family {
        private final String name;
        private final String description;
        private final List<String> labels;
        private final List<Sample> samples = new ArrayList<>();

        /**
         * @param name as Prometheus writes it, with its unit at the end
         */
        public Family(String name, String description, String... labels) {
            this.name = name;
            this.description = description;
            this.labels = List.of(labels);
        }

        /**
         * @param labelled the values of the labels, in their order
         */
        public void add(List<String> labelled, double value) {
            samples.add(new Sample(name, labels, labelled, value));
        }

        private Collector.MetricFamilySamples samples() {
            return new Collector.MetricFamilySamples(
                    name, Collector.Type.GAUGE, description, samples);
        }
    }
}
