package io.yunqing.examples.torture;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.torture.Asker.Promise;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Compares what is there with what was promised, while nobody asks for anything. */
final class Checkpoint {
    private static final String DELETING = "DELETING";

    private final Replicas replicas;
    private final Random random;

    Checkpoint(Replicas replicas, Random random) {
        this.replicas = replicas;
        this.random = random;
    }

    /**
     * Looks at everything.
     *
     * @return how many instances there are
     * @throws AssertionError if something promised is not there, or something is there that nobody was promised
     */
    int hold(List<Asker> askers) {
        Map<String, Promise> present = new HashMap<>();
        Map<String, Promise> going = new HashMap<>();
        for (Asker asker : askers) {
            present.putAll(asker.present());
            going.putAll(asker.going());
        }
        Set<String> listed = new HashSet<>();
        for (JsonNode instance : get("/v1/instances?limit=1000").path("items")) {
            String id = instance.path("metadata").path("id").asText();
            boolean leaving = instance.path("status").path("phase").asText().equals(DELETING);
            Promise promise = leaving ? going.get(id) : present.remove(id);
            if (promise == null) {
                throw new AssertionError(
                        "nobody was promised, or all were told to go: " + instance);
            }
            String flavor = instance.path("spec").path("flavor").asText();
            if (!flavor.equals(promise.flavor())) {
                throw new AssertionError(
                        "promised flavor " + promise.flavor() + ", not: " + instance);
            }
            listed.add(id);
        }
        if (!present.isEmpty()) {
            throw new AssertionError("promised and not there: " + present.values());
        }
        askers.forEach(asker -> asker.forgetAllBut(listed));
        booksAreRight();
        return listed.size();
    }

    private void booksAreRight() {
        for (int i = 0; i < replicas.ways().size(); i++) {
            int replica = i;
            JsonNode doctor =
                    replicas.insist(random, _ -> replicas.ways().get(replica).get("/v1/doctor"))
                            .answer()
                            .body();
            if (!doctor.path("healthy").asBoolean()) {
                throw new AssertionError("the doctor of replica " + i + " finds " + doctor);
            }
        }
    }

    private JsonNode get(String path) {
        JsonNode body = replicas.insist(random, rest -> rest.get(path)).answer().body();
        if (body.has("next") && !body.path("next").isNull()) {
            throw new AssertionError("more than a page of " + path);
        }
        return body;
    }
}
