package io.yunqing.examples.chaos;

import io.yunqing.examples.bench.Figures;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Shape;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.fleet.Arguments;
import io.yunqing.examples.torture.Torture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Seeded random operations on real guests of two hosts, with kill -9 of all that is below meanwhile, and an audit at the end. */
public final class Chaos {
    static final String OTHER_FLAVOR = "tiny-plus";

    private static final int HOSTS = 2;

    /** With two instances each at most, two hosts of four vCPUs have room for all and for what is still going. */
    private static final int OWNERS = 3;

    private static final int LONGEST_REST_MILLIS = 2_500;

    private final Cloud cloud;
    private final Killer killer;
    private final RetryingRest retrying;
    private final List<Owner> owners = new ArrayList<>();
    private final List<Random> rests = new ArrayList<>();
    private final AtomicInteger begun = new AtomicInteger();

    private Chaos(Cloud cloud, long seed) throws IOException {
        Random random = new Random(seed);
        this.cloud = cloud;
        this.killer = new Killer(cloud, new Random(random.nextLong()));
        this.retrying = new RetryingRest(cloud.rest());
        for (int i = 1; i <= OWNERS; i++) {
            owners.add(new Owner("owner-" + i, new Random(random.nextLong()), retrying));
            rests.add(new Random(random.nextLong()));
        }
    }

    public static void main(String[] given) throws Exception {
        Map<String, Integer> defaults = new LinkedHashMap<>();
        defaults.put("operations", 200);
        defaults.put("seed", -1);
        Arguments arguments = new Arguments(given, defaults);
        int operations = arguments.get("operations");
        long seed = arguments.get("seed") < 0 ? Torture.anySeed() : arguments.get("seed");
        System.out.println("torture --real --seed " + seed);
        try (Cloud cloud = Cloud.start("torture-real", Shape.of(HOSTS))) {
            Chaos chaos = new Chaos(cloud, seed);
            chaos.prepare();
            chaos.run(operations);
            chaos.owners.forEach(Owner::resumeWhatKeepsVolumes);
            new Audit(cloud, chaos.owners, chaos.repository()).hold();
            chaos.publish(operations);
        } catch (AssertionError e) {
            throw new AssertionError(
                    "with --real --seed %d: %s".formatted(seed, e.getMessage()), e);
        }
    }

    private void prepare() throws IOException {
        Path flavor = cloud.folder().resolve("flavor.yaml");
        Files.writeString(
                flavor,
                """
                kind: Flavor
                metadata:
                  name: %s
                spec:
                  vcpus: 1
                  memoryMiB: 160
                  rootDiskGiB: 1
                """
                        .formatted(OTHER_FLAVOR));
        cloud.yqctl().ok("apply", "-f", flavor.toString());
        Path repository = Files.createDirectories(repository());
        cloud.yqctl()
                .ok(
                        "repository",
                        "create",
                        Storekeeper.REPOSITORY,
                        "--url",
                        "file://" + repository);
    }

    private Path repository() {
        return cloud.folder().resolve(Storekeeper.REPOSITORY);
    }

    private void run(int operations) throws Exception {
        List<Future<?>> work = new ArrayList<>();
        try (ExecutorService crowd = Executors.newCachedThreadPool()) {
            for (int i = 0; i < OWNERS; i++) {
                Owner owner = owners.get(i);
                Random rest = rests.get(i);
                work.add(crowd.submit(() -> ask(owner, rest, operations)));
            }
            List<Future<?>> asking = List.copyOf(work);
            work.add(
                    crowd.submit(() -> {
                        killer.run(() -> asking.stream().allMatch(Future::isDone));
                        return true;
                    }));
            for (Future<?> one : work) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(String.valueOf(e.getCause()), e);
        }
    }

    private void ask(Owner owner, Random rest, int operations) {
        for (int number = begun.incrementAndGet();
                number <= operations;
                number = begun.incrementAndGet()) {
            System.out.printf("%4d %s%n", number, owner.act());
            Until.pause(Duration.ofMillis(rest.nextInt(LONGEST_REST_MILLIS)));
        }
    }

    private void publish(int operations) throws IOException {
        Map<String, Integer> refusals = new TreeMap<>();
        owners.forEach(owner ->
                owner.refusals().forEach((code, n) -> refusals.merge(code, n, Integer::sum)));
        System.out.println("killed " + killer.kills() + ", refused " + refusals);
        new Figures("torture-real")
                .tell("operations", operations, "")
                .tell("kills", killer.kills().values().stream().mapToInt(n -> n).sum(), "")
                .tell("refusals", refusals.values().stream().mapToInt(n -> n).sum(), "")
                .tell("lost_answers", (double) retrying.lost(), "")
                .publish();
    }
}
