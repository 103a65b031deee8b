package io.yunqing.examples.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.bench.Starts.Began;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Rest.Answer;
import io.yunqing.examples.cloud.Shape;
import io.yunqing.examples.cloud.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToDoubleFunction;
import org.libvirt.Connect;
import org.libvirt.Domain;

/**
 * How long a machine takes from being asked for to running, beside libvirt alone on the same host.
 *
 * <p>Ours: from sending the POST to libvirt's event that the domain runs; admission, the way to the host, disk and seed are
 * in it. Theirs: from libvirt-java's define to the same event, of a domain with the same XML but for names, whose disk and
 * seed were made before the clock started.
 */
public final class StartBench {
    private static final int WARM_UP = 24;

    /** Admissions that are only planned, as a controller that was just started is still being compiled. */
    private static final int PLANS = 3_000;

    private static final int ROUNDS = 21;
    private static final int XML_INACTIVE = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What a guest that was just taken away leaves behind on two cores is not to disturb the next one. */
    private static final Duration CALM = Duration.ofMillis(500);

    private final Cloud cloud;
    private final Rest rest;
    private final Connect libvirt;
    private final Starts starts;
    private String template = "";
    private UUID templateId = new UUID(0, 0);

    private StartBench(Cloud cloud, Connect libvirt, Starts starts) throws IOException {
        this.cloud = cloud;
        this.rest = cloud.rest();
        this.libvirt = libvirt;
        this.starts = starts;
    }

    public static void main(String[] arguments) throws Exception {
        try (Cloud cloud = Cloud.start("bench-start", Shape.of(1))) {
            String uri = cloud.testbed().uri(1);
            try (Starts starts = new Starts(uri)) {
                Connect libvirt = new Connect(uri);
                new StartBench(cloud, libvirt, starts).run();
                libvirt.close();
            }
        }
    }

    private void run() throws Exception {
        for (int i = 0; i < PLANS; i++) {
            send("plan", "?mode=plan", 200);
        }
        learn();
        List<Start> ours = new ArrayList<>();
        List<Start> theirs = new ArrayList<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            Start product = product("bench-" + (round + WARM_UP));
            Start direct = direct();
            if (round >= 0) {
                ours.add(product);
                theirs.add(direct);
            }
            System.out.printf(
                    "%s ours %.0f ms (answered after %.0f, defined after %.0f), libvirt alone %.0f ms (defined after %.0f)%n",
                    round < 0 ? "warm-up" : "round " + (round + 1),
                    product.running(),
                    product.answered(),
                    product.defined(),
                    direct.running(),
                    direct.defined());
        }
        double own = median(ours, Start::running);
        double alone = median(theirs, Start::running);
        new Figures("start")
                .tell("post_to_running", own, "ms")
                .tell("post_to_answer", median(ours, Start::answered), "ms")
                .tell("post_to_defined", median(ours, Start::defined), "ms")
                .tell("libvirt_alone", alone, "ms")
                .tell("libvirt_alone_to_defined", median(theirs, Start::defined), "ms")
                .hold("ratio", own / alone, "times", 1.3)
                .hold("extra_ms", own - alone, "ms", 30)
                .publish();
    }

    /** Milliseconds from the beginning until the request was answered, the domain defined, and running. */
    private record Start(double answered, double defined, double running) {
        static Start of(long begin, long answered, Began began) {
            return new Start(
                    (answered - begin) / 1e6,
                    (began.defined() - begin) / 1e6,
                    (began.running() - begin) / 1e6);
        }
    }

    private static double median(List<Start> starts, ToDoubleFunction<Start> figure) {
        return Figures.median(starts.stream().map(figure::applyAsDouble).toList());
    }

    /** Takes the XML that libvirt keeps of a domain of ours, so that both sides start the very same machine. */
    private void learn() throws Exception {
        templateId = post("template");
        starts.await(templateId);
        Domain domain = libvirt.domainLookupByUUID(templateId);
        template = domain.getXMLDesc(XML_INACTIVE);
        domain.free();
        Path kept = Files.createDirectories(direct(templateId));
        for (String file : List.of("seed.iso", "disk.qcow2")) {
            Files.copy(folder(templateId).resolve(file), kept.resolve(file));
        }
        remove("template");
    }

    private Start product(String name) throws Exception {
        Until.pause(CALM);
        long begin = System.nanoTime();
        UUID id = post(name);
        long answered = System.nanoTime();
        Began began = starts.await(id);
        remove(name);
        return Start.of(begin, answered, began);
    }

    private UUID post(String name) throws IOException {
        return UUID.fromString(send(name, "", 201).at("/metadata/id").asText());
    }

    private JsonNode send(String name, String query, int status) throws IOException {
        Answer answer =
                rest.send(
                        "POST",
                        "/v1/tenants/" + Cloud.TENANT + "/instances" + query,
                        Map.of("Idempotency-Key", UUID.randomUUID().toString()),
                        "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"flavor\":\"tiny\",\"image\":\"yunqing-guest\"}}"
                                .formatted(name));
        if (answer.status() != status) {
            throw new IOException("POST: " + answer);
        }
        return answer.body();
    }

    private void remove(String name) throws IOException {
        rest.send("DELETE", Cloud.instancePath(name), Map.of("If-Match", "*"), "");
        Until.holds(
                name + " is gone",
                PATIENCE,
                () -> rest.get(Cloud.instancePath(name)).status() == 404);
    }

    private Start direct() throws Exception {
        UUID id = UUID.randomUUID();
        Path own = Files.createDirectories(direct(id));
        for (String file : List.of("seed.iso", "disk.qcow2")) {
            Files.copy(direct(templateId).resolve(file), own.resolve(file));
        }
        Files.createFile(own.resolve("console.log"));
        String xml =
                template.replace(folder(templateId).toString(), own.toString())
                        .replace(templateId.toString(), id.toString())
                        .replaceFirst("<name>[^<]*</name>", "<name>direct-" + id + "</name>");
        Until.pause(CALM);
        long begin = System.nanoTime();
        Domain domain = libvirt.domainDefineXML(xml);
        domain.create();
        Began began = starts.await(id);
        domain.destroy();
        domain.undefine();
        domain.free();
        Program.output(List.of("rm", "-r", own.toString()), Map.of(), PATIENCE);
        return Start.of(begin, begin, began);
    }

    private Path folder(UUID instance) {
        return cloud.testbed().pool(1).resolve("instances").resolve(instance.toString());
    }

    private Path direct(UUID id) {
        return cloud.testbed().pool(1).resolve("direct").resolve(id.toString());
    }
}
