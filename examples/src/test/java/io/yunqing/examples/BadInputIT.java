package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program.Outcome;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Rest.Answer;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What cannot be done is refused with words that help, and changes nothing. */
class BadInputIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(1);

    private static final String INSTANCES = "/v1/tenants/" + Cloud.TENANT + "/instances";
    private static final String KEY = "the-key-of-the-empty-zone";
    private static final String TWO_MEGABYTES = "a".repeat(2_000_000);

    /** However long what was sent, whoever reads the refusal can still read it. */
    private static final int READABLE = 3_000;

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;

    BadInputIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
    }

    @BeforeAll
    static void somethingIsThereBefore() throws IOException {
        Cloud cloud = FIXTURE.cloud();
        Answer zone =
                cloud.rest()
                        .send(
                                "POST",
                                "/v1/zones",
                                Map.of("Idempotency-Key", KEY),
                                named("empty", "{}"));
        assertEquals(201, zone.status());
        cloud.yqctl()
                .ok(
                        words(
                                "instance create web-1 --flavor tiny --image yunqing-guest --power OFF --wait=60s"));
    }

    /**
     * A request that is refused.
     *
     * @param mentions what the answer must say, besides the code
     */
    private record Request(
            String what,
            String method,
            String path,
            Map<String, String> headers,
            String body,
            ProblemCode code,
            String mentions) {
        static Request post(
                String what, String path, String body, ProblemCode code, String mentions) {
            return new Request(what, "POST", path, Map.of(), body, code, mentions);
        }
    }

    private static List<Request> requests() {
        String web = Cloud.instancePath("web-1");
        return List.of(
                Request.post(
                        "more than the tenant's limit",
                        INSTANCES,
                        instance("big", "large"),
                        ProblemCode.QUOTA_EXCEEDED,
                        "limits.vcpus = 8"),
                Request.post(
                        "an unknown flavor",
                        INSTANCES,
                        instance("odd", "huge"),
                        ProblemCode.REFERENCE_UNKNOWN,
                        "spec.flavor"),
                Request.post(
                        "a negative size",
                        "/v1/flavors",
                        named("minus", "{\"vcpus\":-1,\"memoryMiB\":128,\"rootDiskGiB\":1}"),
                        ProblemCode.FIELD_INVALID,
                        "spec.vcpus"),
                Request.post(
                        "a name of 2 MB",
                        INSTANCES,
                        instance(TWO_MEGABYTES, "tiny"),
                        ProblemCode.FIELD_INVALID,
                        "metadata.name"),
                Request.post(
                        "a body of 6 MB",
                        INSTANCES,
                        instance(TWO_MEGABYTES.repeat(3), "tiny"),
                        ProblemCode.REQUEST_TOO_LARGE,
                        "4"),
                Request.post(
                        "a name in use",
                        INSTANCES,
                        instance("web-1", "tiny"),
                        ProblemCode.NAME_TAKEN,
                        "metadata.name"),
                Request.post(
                        "malformed JSON",
                        INSTANCES,
                        "{\"metadata\": {\"name\": ",
                        ProblemCode.REQUEST_MALFORMED,
                        "line 1"),
                Request.post(
                        "an unknown field",
                        INSTANCES,
                        instance("odd", "tiny")
                                .replace("\"image\"", "\"colour\":\"red\",\"image\""),
                        ProblemCode.REQUEST_UNKNOWN_FIELD,
                        "spec.colour"),
                Request.post(
                        "a zone without hosts",
                        INSTANCES,
                        instance("odd", "tiny")
                                .replace("\"image\"", "\"zone\":\"empty\",\"image\""),
                        ProblemCode.PLACEMENT_NO_HOST,
                        "hostsSeen"),
                new Request(
                        "a stale If-Match",
                        "PUT",
                        web,
                        Map.of("If-Match", "\"999\""),
                        instance("web-1", "tiny"),
                        ProblemCode.PRECONDITION_FAILED,
                        "If-Match"),
                new Request(
                        "no If-Match",
                        "DELETE",
                        web,
                        Map.of(),
                        "",
                        ProblemCode.PRECONDITION_REQUIRED,
                        "If-Match"),
                new Request(
                        "an idempotency key with another body",
                        "POST",
                        "/v1/zones",
                        Map.of("Idempotency-Key", KEY),
                        named("other", "{}"),
                        ProblemCode.IDEMPOTENCY_KEY_REUSED,
                        "Idempotency-Key"),
                new Request(
                        "deleting what others need",
                        "DELETE",
                        "/v1/departments/shenzhen",
                        Map.of("If-Match", "*"),
                        "",
                        ProblemCode.REFERENCE_IN_USE,
                        "department"),
                new Request(
                        "a flavor with another root disk for an instance that is off",
                        "PUT",
                        web,
                        Map.of("If-Match", "*"),
                        instance("web-1", "small"),
                        ProblemCode.FIELD_INVALID,
                        "spec.flavor"));
    }

    @TestFactory
    Stream<DynamicTest> overRest() {
        return requests().stream()
                .map(request ->
                        DynamicTest.dynamicTest(
                                request.what(), () -> changesNothing(() -> refused(request))));
    }

    private void refused(Request request) throws IOException {
        Answer answer =
                rest.send(request.method(), request.path(), request.headers(), request.body());
        String problem = answer.body().toString();
        assertEquals(request.code().code(), answer.code(), problem);
        assertEquals(request.code().status(), answer.status(), problem);
        assertTrue(problem.contains(request.mentions()), problem);
        assertFalse(answer.body().path("detail").asText().isEmpty(), problem);
        assertFalse(answer.body().path("remedy").asText().isEmpty(), problem);
        assertTrue(problem.length() < READABLE, () -> problem.length() + " characters");
    }

    /**
     * A command line that ends in another way than well.
     *
     * @param manifest what {@code FILE} in the line holds
     * @param mentions what it must say
     */
    private record Line(String line, String manifest, int exit, List<String> mentions) {
        static Line of(String line, int exit, String... mentions) {
            return new Line(line, "", exit, List.of(mentions));
        }

        static Line apply(String manifest, int exit, String... mentions) {
            return new Line("apply -f FILE", manifest, exit, List.of(mentions));
        }
    }

    private static List<Line> lines() {
        String image = " --image yunqing-guest";
        return List.of(
                Line.of(
                        "instance create big --flavor large" + image,
                        5,
                        "quota.exceeded",
                        "limits.vcpus = 8",
                        "-> "),
                Line.of(
                        "instance create odd --flavor huge" + image,
                        2,
                        "reference.unknown",
                        "huge"),
                Line.of(
                        "flavor create minus --vcpus -1 --memory-mib 128 --root-disk-gib 1",
                        2,
                        "--vcpus"),
                Line.of(
                        "instance create web-1 --flavor tiny" + image,
                        4,
                        "name.taken",
                        "metadata.name"),
                Line.of(
                        "instance create odd --zone empty --flavor tiny" + image,
                        5,
                        "placement.no_host",
                        "1 hosts considered"),
                Line.of("instance create Odd! --flavor tiny" + image, 2, "lower-case"),
                Line.of("instance create odd --colour red", 2, "--colour"),
                Line.of("instance show nobody", 3, "nobody"),
                Line.of("instance show web-1 --token wrong", 6, "auth.required"),
                Line.of("instance show web-1 --server http://127.0.0.1:1", 8, "127.0.0.1:1"),
                Line.apply(manifest(TWO_MEGABYTES, ""), 2, "metadata.name", "63"),
                Line.apply(manifest("odd", "colour: red"), 2, "spec.colour"),
                Line.apply("kind: Instance\nmetadata: [unclosed", 2, "not YAML or JSON"),
                Line.apply("{\"kind\": \"Instance\", ", 2, "not YAML or JSON"),
                Line.apply(
                        "kind: Flavor\nmetadata: {name: minus}\nspec: {vcpus: -1, memoryMiB: 128, rootDiskGiB: 1}",
                        2,
                        "spec.vcpus"));
    }

    @TestFactory
    Stream<DynamicTest> overTheCommandLine() {
        return lines().stream()
                .map(line ->
                        DynamicTest.dynamicTest(
                                line.line() + " " + shortened(line.manifest()),
                                () -> changesNothing(() -> refused(line))));
    }

    private void refused(Line line) throws IOException {
        Path file = cloud.folder().resolve("bad.yaml");
        Files.writeString(file, line.manifest());
        Outcome outcome = yqctl.run(words(line.line().replace("FILE", file.toString())));
        String shown = shortened(outcome.toString());
        assertEquals(line.exit(), outcome.exit(), shown);
        for (String words : line.mentions()) {
            assertTrue(outcome.err().contains(words), () -> "no \"" + words + "\" in " + shown);
        }
        assertFalse(outcome.err().contains("\tat io.yunqing"), shown);
        assertTrue(outcome.err().length() < READABLE, () -> outcome.err().length() + " characters");
    }

    /** Something that may need the controller. */
    @FunctionalInterface
    private interface Attempt {
        void run() throws IOException;
    }

    private void changesNothing(Attempt attempt) throws IOException {
        String before = everything();
        attempt.run();
        assertEquals(before, everything(), "something has changed");
    }

    /** All resources as they are asked for and promised, what people did, and whether the books are right. */
    private String everything() throws IOException {
        List<String> seen = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            JsonNode page = rest.get("/v1/" + kind.plural() + "?limit=100").body();
            for (JsonNode one : page.path("items")) {
                seen.add(
                        kind
                                + " "
                                + one.path("metadata")
                                + one.path("spec")
                                + one.at("/status/used")
                                + one.at("/status/capacity")
                                + one.at("/status/instances"));
            }
        }
        for (JsonNode event : rest.get("/v1/events?limit=1000").body().path("items")) {
            if (!event.path("actor").asText().startsWith("host/")) {
                seen.add(event.toString());
            }
        }
        assertTrue(seen.size() > 20, () -> "this is not everything: " + seen);
        seen.add(rest.get("/v1/doctor").body().toString());
        return String.join("\n", seen);
    }

    private static String instance(String name, String flavor) {
        return named(
                name,
                "{\"flavor\":\"%s\",\"image\":\"yunqing-guest\",\"power\":\"OFF\"}"
                        .formatted(flavor));
    }

    private static String named(String name, String spec) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name, spec);
    }

    private static String manifest(String name, String more) {
        return """
        kind: Instance
        metadata:
          name: %s
          tenant: %s
        spec:
          flavor: tiny
          image: yunqing-guest
          %s
        """
                .formatted(name, Cloud.TENANT, more);
    }

    private static String[] words(String line) {
        return line.split(" ");
    }

    private static String shortened(String text) {
        return text.length() <= READABLE ? text : text.substring(0, READABLE) + " ...";
    }
}
