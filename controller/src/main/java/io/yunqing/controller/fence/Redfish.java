package io.yunqing.controller.fence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.controller.platform.StoredJson;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** Speaks to the BMC of one machine after the other by Redfish (DMTF DSP0266), as a {@code ComputerSystem}. */
@ApplicationScoped
class Redfish {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int REDIRECTIONS = 300;

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    /**
     * A machine as its BMC tells of it.
     *
     * @param off whether it is off, and not on the way to be
     * @param reset where it is told to change that
     */
    record Machine(boolean off, URI reset) {}

    Machine look(URI system, BmcKeys.Key key) throws IOException, InterruptedException {
        JsonNode told = body(send(request(system, key).GET()));
        JsonNode power = told.path("PowerState");
        if (!power.isTextual()) {
            throw new IOException(system + " says nothing of a PowerState");
        }
        String reset = told.path("Actions").path("#ComputerSystem.Reset").path("target").asText("");
        return new Machine(
                power.asText().equals("Off"),
                reset.isEmpty()
                        ? URI.create(system + "/Actions/ComputerSystem.Reset")
                        : system.resolve(reset));
    }

    /** Takes the power away, as a button does that is pressed for long. */
    void forceOff(Machine machine, BmcKeys.Key key) throws IOException, InterruptedException {
        send(
                request(machine.reset, key)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"ResetType\":\"ForceOff\"}")));
    }

    private static HttpRequest.Builder request(URI uri, BmcKeys.Key key) {
        String pair = key.user() + ":" + key.password();
        return HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .header("Accept", "application/json")
                .header("OData-Version", "4.0")
                .header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }

    private HttpResponse<String> send(HttpRequest.Builder builder)
            throws IOException, InterruptedException {
        HttpRequest request = builder.build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() < OK || answer.statusCode() >= REDIRECTIONS) {
            throw new IOException(
                    "%s %s is answered %d"
                            .formatted(request.method(), request.uri(), answer.statusCode()));
        }
        return answer;
    }

    private static JsonNode body(HttpResponse<String> answer) throws IOException {
        try {
            return StoredJson.MAPPER.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new IOException(answer.uri() + " does not answer with JSON", e);
        }
    }
}
