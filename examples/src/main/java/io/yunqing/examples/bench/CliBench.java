package io.yunqing.examples.bench;

import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Shape;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How long a command takes from its start to its end, beside kubectl, which does less: it asks no server. */
public final class CliBench {
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 25;
    private static final int INSTANCES = 3;

    private CliBench() {}

    public static void main(String[] arguments) throws Exception {
        try (Cloud cloud = Cloud.start("bench-cli", Shape.of(1))) {
            Yqctl yqctl = cloud.yqctl();
            for (int i = 1; i <= INSTANCES; i++) {
                yqctl.ok(
                        "instance",
                        "create",
                        "idle-" + i,
                        "--flavor",
                        "tiny",
                        "--image",
                        "yunqing-guest",
                        "--power",
                        "OFF",
                        "--wait");
            }
            measure(cloud, yqctl.environment());
        }
    }

    private static void measure(Cloud cloud, Map<String, String> environment) throws Exception {
        List<String> list = List.of(cloud.repository().yqctl().toString(), "instance", "list");
        List<String> version = List.of("kubectl", "version", "--client");
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            double own = millis(list, environment);
            double kubectl = millis(version, environment);
            if (round >= 0) {
                ours.add(own);
                theirs.add(kubectl);
            }
        }
        double own = Figures.median(ours);
        double kubectl = Figures.median(theirs);
        new Figures("cli")
                .tell("yqctl_instance_list", own, "ms")
                .tell("kubectl_version_client", kubectl, "ms")
                .tell("ratio_to_kubectl", own / kubectl, "times")
                .publish();
    }

    private static double millis(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        long begin = System.nanoTime();
        int exit = builder.start().waitFor();
        double millis = (System.nanoTime() - begin) / 1e6;
        if (exit != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + exit);
        }
        return millis;
    }
}
