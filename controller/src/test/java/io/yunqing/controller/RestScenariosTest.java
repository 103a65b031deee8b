package io.yunqing.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Conversations over HTTP, as data: each file is a list of steps, each step a request and what must come back.
 *
 * <pre>{@code
 * - does: what the step shows
 *   POST: /v1/zones              # the method and the path; {etag} is the last answer's ETag
 *   headers: {If-Match: '{etag}'}
 *   body: {metadata: {name: z}}  # or text: for what is not JSON, or repeat: {char, times} inside text
 *   status: 201
 *   expect: {metadata.name: z}   # values by path; ~ means absent, /regex/ matches
 * }</pre>
 */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
@NullUnmarked // a step may have no body
class RestScenariosTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final String[] METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH"};

    private final Rest rest = Rest.operator();
    private String etag = "";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "names",
                "departments",
                "references",
                "preconditions",
                "idempotency",
                "plans",
                "lists",
                "malformed",
                "tenants",
                "hosts",
                "host-classes",
                "events",
                "pages"
            })
    void scenario(String name) throws IOException {
        try (InputStream file =
                RestScenariosTest.class.getResourceAsStream("/scenarios/" + name + ".yaml")) {
            int number = 0;
            for (JsonNode step : YAML.readTree(file)) {
                number++;
                run(step, name + ".yaml, step " + number + " (" + step.path("does").asText() + ")");
            }
        }
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
    }

    private void run(JsonNode step, String where) {
        String method = method(step, where);
        Map<String, String> headers = new TreeMap<>();
        step.path("headers")
                .properties()
                .forEach(h -> headers.put(h.getKey(), filled(h.getValue().asText())));
        Rest.Answer answer =
                rest.send(method, filled(step.get(method).asText()), body(step), headers);
        if (answer.etag() != null) {
            etag = answer.etag();
        }
        assertEquals(
                step.path("status").asInt(200),
                answer.status(),
                () -> where + ": " + answer.text());
        if (answer.status() >= 400) {
            assertEquals("application/problem+json", answer.headers().get("content-type"), where);
            assertTrue(
                    answer.at("code").isTextual() && answer.at("remedy").isTextual(),
                    () -> where + ": " + answer.text());
        }
        for (Iterator<Map.Entry<String, JsonNode>> i = step.path("expect").properties().iterator();
                i.hasNext(); ) {
            Map.Entry<String, JsonNode> expected = i.next();
            check(
                    expected.getValue(),
                    answer.at(expected.getKey()),
                    where + ", " + expected.getKey() + " of " + answer.text());
        }
        step.path("answers")
                .properties()
                .forEach(h ->
                        assertEquals(
                                h.getValue().asText(), answer.headers().get(h.getKey()), where));
    }

    private static String method(JsonNode step, String where) {
        for (String method : METHODS) {
            if (step.has(method)) {
                return method;
            }
        }
        throw new IllegalArgumentException(where + " names no method");
    }

    private static String body(JsonNode step) {
        if (step.has("text")) {
            String text = step.get("text").asText();
            return step.has("times")
                    ? text.replace("@", "a".repeat(step.get("times").asInt()))
                    : text;
        }
        return step.has("body") ? step.get("body").toString() : null;
    }

    private String filled(String text) {
        return text.replace("{etag}", etag);
    }

    private static void check(JsonNode expected, JsonNode actual, String where) {
        if (expected.isNull()) {
            assertTrue(actual.isMissingNode() || actual.isNull(), where);
        } else if (expected.isTextual() && expected.asText().matches("/.*/")) {
            String regex = expected.asText().substring(1, expected.asText().length() - 1);
            assertTrue(actual.asText().matches("(?s).*(" + regex + ").*"), where);
        } else {
            assertEquals(expected.toString(), actual.toString(), where);
        }
    }
}
