package io.yunqing.examples.torture;

import io.yunqing.examples.bench.Figures;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.fleet.Arguments;
import io.yunqing.examples.fleet.Fleet;
import io.yunqing.examples.torture.Replicas.Victim;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Seeded random operations against two replicas, with a kill in each phase and a checkpoint at its end. */
public final class Torture implements AutoCloseable {
    private static final int ASKERS = 96;
    private static final int HOSTS = 24;
    private static final int CPUS = 32;
    private static final int PHASES_AT_LEAST = Victim.values().length;

    /** A kill costs as much time as thousands of operations; it meets one of each asker. */
    private static final int LONGEST_PHASE = 20_000;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final long seed;
    private final Random random;
    private final Replicas replicas;
    private final Fleet fleet;
    private final Checkpoint checkpoint;
    private final List<Asker> askers = new ArrayList<>();
    private final List<Victim> victims = new ArrayList<>();
    private final AtomicLong done = new AtomicLong();
    private final long begin = System.nanoTime();
    private int kills;

    private Torture(long seed, Replicas replicas, Fleet fleet) {
        this.seed = seed;
        this.random = new Random(seed);
        this.replicas = replicas;
        this.fleet = fleet;
        this.checkpoint = new Checkpoint(replicas, new Random(seed));
    }

    public static void main(String[] given) throws Exception {
        Map<String, Integer> defaults = new LinkedHashMap<>();
        defaults.put("operations", 10_000);
        defaults.put("seed", -1);
        Arguments arguments = new Arguments(given, defaults);
        int seed = arguments.get("seed");
        int operations = arguments.get("operations");
        try (Torture torture = start(seed < 0 ? anySeed() : seed)) {
            torture.run(operations);
            new Figures("torture")
                    .tell("operations", operations, "")
                    .tell("kills", torture.kills, "")
                    .tell("lost_answers", (double) torture.replicas.lost(), "")
                    .tell("internal_errors", (double) torture.replicas.defects(), "")
                    .tell("operations_per_second", torture.perSecond(), "/s")
                    .publish();
        }
    }

    /** A seed that can be given on the command line. */
    public static long anySeed() {
        return new Random().nextInt(10_000_000);
    }

    /** Says its seed and starts all that is tortured. */
    public static Torture start(long seed) throws Exception {
        System.out.println("torture --seed " + seed);
        Replicas replicas = Replicas.start();
        try {
            Torture torture = new Torture(seed, replicas, new Fleet(replicas.first(), CPUS));
            torture.prepare();
            return torture;
        } catch (Exception | AssertionError e) {
            replicas.close();
            throw e;
        }
    }

    private void prepare() throws Exception {
        fleet.addHosts(HOSTS, 2);
        Until.holds("all hosts report", PATIENCE, () -> fleet.hostsIn("CURRENT") == HOSTS);
        Company company = new Company(HOSTS);
        company.make(replicas.first().rest());
        for (int i = 0; i < ASKERS; i++) {
            askers.add(
                    new Asker(
                            "asker-%02d".formatted(i),
                            new Random(random.nextLong()),
                            replicas,
                            company));
        }
    }

    /**
     * Does so many operations.
     *
     * @throws AssertionError if a promise was broken
     */
    public void run(long operations) throws Exception {
        long phases = Math.max(PHASES_AT_LEAST, (operations + LONGEST_PHASE - 1) / LONGEST_PHASE);
        for (long phase = 1; phase <= phases; phase++) {
            try {
                phase(operations * phase / phases);
            } catch (ExecutionException | AssertionError e) {
                throw new AssertionError(
                        "with --seed %d, after %d operations and %d kills: %s"
                                .formatted(seed, done.get(), kills, e.getMessage()),
                        e);
            }
        }
    }

    private void phase(long end) throws Exception {
        if (victims.isEmpty()) {
            victims.addAll(List.of(Victim.values()));
            Collections.shuffle(victims, random);
        }
        Victim victim = victims.removeLast();
        long start = done.get();
        long moment = start + (long) ((end - start) * (0.1 + 0.6 * random.nextDouble()));
        Duration pause = Duration.ofMillis(random.nextInt(1500));
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int i = 0; i < ASKERS; i++) {
            long first = start + i;
            Asker asker = askers.get(i);
            work.add(() -> {
                for (long operation = first; operation < end; operation += ASKERS) {
                    asker.act();
                    done.incrementAndGet();
                }
                return true;
            });
        }
        try (ExecutorService crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> killing =
                    crowd.submit(() -> {
                        Until.holds("the moment to kill", PATIENCE, () -> done.get() >= moment);
                        replicas.kill(victim, pause);
                        return true;
                    });
            for (Future<Boolean> one : crowd.invokeAll(work)) {
                one.get();
            }
            killing.get();
        }
        kills++;
        int there = checkpoint.hold(askers);
        System.out.printf(
                "%d operations, %.0f/s; %s was killed; %d instances, %d refusals, %d answers lost, %d of them internal errors; the books are right%n",
                end, perSecond(), victim, there, refused(), replicas.lost(), replicas.defects());
    }

    private int refused() {
        return askers.stream().mapToInt(Asker::refused).sum();
    }

    private double perSecond() {
        return done.get() * 1e9 / (System.nanoTime() - begin);
    }

    @Override
    public void close() throws IOException {
        try {
            fleet.close();
        } finally {
            replicas.close();
        }
    }
}
