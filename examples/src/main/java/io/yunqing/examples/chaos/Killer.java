package io.yunqing.examples.chaos;

import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program;
import io.yunqing.examples.cloud.Until;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** Kills one process after the other, lets some time pass each time, and brings it back. */
final class Killer {
    private static final int LEAST_PAUSE_MILLIS = 1_000;
    private static final int LONGEST_PAUSE_MILLIS = 5_000;
    private static final int LONGEST_ABSENCE_MILLIS = 3_000;

    private final Cloud cloud;
    private final Random random;
    private final Map<String, Integer> kills = new TreeMap<>();

    Killer(Cloud cloud, Random random) {
        this.cloud = cloud;
        this.random = random;
    }

    /** How often what was killed. */
    Map<String, Integer> kills() {
        return kills;
    }

    private interface Killing {
        void run() throws IOException;
    }

    /** Each once in an order that is drawn, and again. */
    void run(BooleanSupplier over) throws IOException {
        List<Killing> round = new ArrayList<>();
        while (!over.getAsBoolean()) {
            if (round.isEmpty()) {
                round.addAll(victims());
                Collections.shuffle(round, random);
            }
            Until.pause(
                    Duration.ofMillis(random.nextInt(LEAST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS)));
            round.removeLast().run();
        }
    }

    private List<Killing> victims() {
        List<Killing> victims = new ArrayList<>();
        for (int i = 1; i <= cloud.hosts(); i++) {
            int host = i;
            victims.add(() -> kill(cloud.agent(host)));
            victims.add(() -> killLibvirt(host));
        }
        victims.add(() -> {
            kill(cloud.controller());
            cloud.awaitController();
        });
        victims.add(this::killPostgres);
        return victims;
    }

    private void kill(Program program) {
        say(program.name());
        program.kill();
        absence();
        program.start();
    }

    private void killLibvirt(int host) throws IOException {
        say("libvirtd-" + host);
        cloud.testbed().endLibvirt(host);
        absence();
        cloud.testbed().startLibvirt(host);
    }

    /** The controller starts it again. */
    private void killPostgres() throws IOException {
        say("postgresql");
        ProcessHandle.of(cloud.postgres()).ifPresent(ProcessHandle::destroyForcibly);
        absence();
        cloud.awaitController();
    }

    private void absence() {
        Until.pause(Duration.ofMillis(random.nextInt(LONGEST_ABSENCE_MILLIS)));
    }

    private void say(String victim) {
        System.out.println("  kill -9 of " + victim);
        kills.merge(victim, 1, Integer::sum);
    }
}
