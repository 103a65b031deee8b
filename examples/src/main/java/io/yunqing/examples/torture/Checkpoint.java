package io.yunqing.examples.torture;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.torture.Asker.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        for (JsonNode instance : all("instances")) {
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
        volumesAreAsPromised(askers);
        booksAreRight();
        return listed.size();
    }

    private void volumesAreAsPromised(List<Asker> askers) {
        Map<String, VolumeAsker.Promise> present = new HashMap<>();
        Map<String, VolumeAsker.Promise> going = new HashMap<>();
        for (Asker asker : askers) {
            present.putAll(asker.volumes().present());
            going.putAll(asker.volumes().going());
        }
        Set<String> listed = new HashSet<>();
        for (JsonNode volume : all("volumes")) {
            String id = volume.path("metadata").path("id").asText();
            boolean leaving = volume.path("status").path("phase").asText().equals(DELETING);
            VolumeAsker.Promise promise = leaving ? going.get(id) : present.remove(id);
            boolean kept =
                    promise != null
                            && promise.sizeGiB() == volume.at("/spec/sizeGiB").asInt()
                            && Objects.requireNonNullElse(promise.instance(), "")
                                    .equals(volume.at("/spec/instance").asText());
            if (!kept) {
                throw new AssertionError("promised " + promise + ", not: " + volume);
            }
            listed.add(id);
        }
        if (!present.isEmpty()) {
            throw new AssertionError("promised and not there: " + present.values());
        }
        askers.forEach(asker -> asker.volumes().forgetAllBut(listed));
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

    private List<JsonNode> all(String plural) {
        List<JsonNode> all = new ArrayList<>();
        String more = "";
        do {
            String path = "/v1/" + plural + "?limit=1000" + more;
            JsonNode page = replicas.insist(random, rest -> rest.get(path)).answer().body();
            page.path("items").forEach(all::add);
            String next = page.path("next").asText("");
            more = next.isEmpty() ? "" : "&cursor=" + next;
        } while (!more.isEmpty());
        return all;
    }
}
