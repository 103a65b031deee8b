package io.yunqing.controller;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.yunqing.controller.boot.Preparation;
import io.yunqing.controller.boot.Settings;
import io.yunqing.controller.datafolder.StartRefused;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Prepares the ground, then lets Quarkus run on it; the ground goes last. */
@QuarkusMain
public final class Main {
    /** Quarkus lets running requests end first; a database stopped under them would turn them into errors. */
    private static final int QUARKUS_STOP_SECONDS = 30;

    private Main() {}

    public static void main(String... args) {
        Preparation preparation;
        try {
            preparation =
                    Preparation.prepare(
                            Settings.read(System.getenv(), properties()), Clock.systemUTC());
        } catch (StartRefused e) {
            System.err.println("yunqing-controller: " + e.getMessage());
            System.exit(1);
            return;
        }
        preparation.properties().forEach(System::setProperty);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .name("last-things")
                                .unstarted(() -> close(preparation, stopped)));
        Quarkus.run(
                null,
                (code, failure) -> {
                    if (failure != null) {
                        // Logging may not have begun, or have ended already.
                        System.err.println("yunqing-controller: it ended by a failure");
                        failure.printStackTrace();
                    }
                    stopped.countDown();
                    System.exit(code);
                },
                args);
    }

    private static void close(Preparation preparation, CountDownLatch stopped) {
        try {
            stopped.await(QUARKUS_STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        preparation.close();
    }

    private static Map<String, String> properties() {
        return System.getProperties().stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, System::getProperty));
    }
}
