package io.yunqing.examples.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Rest.Answer;
import io.yunqing.examples.torture.Replicas.Told;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one thing after the other and remembers what it was promised. Names and keys are its own, so that nobody else
 * can be the reason for an answer. Each operation draws from a seed of its own, so that how often the ones before it had to be
 * repeated does not change what it asks for.
 */
final class Asker {
    private static final int MANY = 12;
    private static final String VOLUME = ",\"volumes\":[{\"name\":\"data\",\"sizeGiB\":5}]";
    private static final int REMEMBERED = 200;
    private static final Map<String, String> ANY = Map.of("If-Match", "*");
    private static final Set<String> NO_ROOM = Set.of("quota.exceeded", "placement.no_host");

    private final String name;
    private final Random seeds;
    private final Random random = new Random();
    private final Replicas replicas;
    private final Company company;
    private final VolumeAsker volumes;
    private final Map<String, Promise> present = new HashMap<>();
    private final Map<String, Promise> going = new HashMap<>();
    private final List<Promise> keyed = new ArrayList<>();
    private int asked;
    private int refused;

    Asker(String name, Random seeds, Replicas replicas, Company company) {
        this.name = name;
        this.seeds = seeds;
        this.replicas = replicas;
        this.company = company;
        this.volumes = new VolumeAsker(replicas);
    }

    /**
     * What was asked for, and the id with which it was promised.
     *
     * @param key the idempotency key, if there was one
     * @param flavor what it has now
     * @param volume the name of the volume that it came with, if it came with one
     */
    record Promise(
            String tenant,
            String name,
            String body,
            @Nullable String key,
            String id,
            String flavor,
            @Nullable String volume) {
        String path() {
            return "/v1/tenants/" + tenant + "/instances/" + name;
        }

        Promise with(String itsId, String itsFlavor) {
            return new Promise(tenant, name, body, key, itsId, itsFlavor, volume);
        }
    }

    /** All that must be there, by id. */
    Map<String, Promise> present() {
        return present;
    }

    /** What was told to go and may be there still, by id. */
    Map<String, Promise> going() {
        return going;
    }

    VolumeAsker volumes() {
        return volumes;
    }

    /** Forgets what was told to go and is not there any more. */
    void forgetAllBut(Set<String> listed) {
        going.keySet().retainAll(listed);
    }

    /** How many requests found no room. */
    int refused() {
        return refused;
    }

    /**
     * Does something.
     *
     * @throws AssertionError if an answer is wrong
     */
    void act() {
        random.setSeed(seeds.nextLong());
        int lot = random.nextInt(100);
        if (lot < 6) {
            change();
        } else if (lot < 14 && !keyed.isEmpty()) {
            repeat(keyed.get(random.nextInt(keyed.size())));
        } else if (lot < 22 && !present.isEmpty()) {
            power(any());
        } else if (lot < 30 && !present.isEmpty()) {
            resize(any());
        } else if (lot < 46 && !volumes.present().isEmpty()) {
            volumes.act(random);
        } else if (!present.isEmpty() && (lot < 64 || present.size() >= MANY)) {
            delete(any());
        } else {
            create();
        }
    }

    private Promise any() {
        List<String> ids = present.keySet().stream().sorted().toList();
        Promise chosen = present.get(ids.get(random.nextInt(ids.size())));
        if (chosen == null) {
            throw new IllegalStateException("an id of the map is not in it");
        }
        return chosen;
    }

    private void change() {
        try {
            company.change(replicas.ways().get(random.nextInt(replicas.ways().size())), random);
        } catch (IOException _) {
            // Whether it was done shows in nothing that was promised.
            return;
        }
    }

    private void create() {
        String tenant = Company.TENANTS.get(random.nextInt(Company.TENANTS.size()));
        String instance = name + "-" + ++asked;
        String flavor = anyFlavor();
        boolean withVolume = random.nextInt(5) == 0;
        String body = body(instance, flavor, random.nextBoolean(), withVolume ? VOLUME : "");
        String key = random.nextInt(5) > 0 ? "torture-" + instance : null;
        Promise wanted =
                new Promise(
                        tenant,
                        instance,
                        body,
                        key,
                        "",
                        flavor,
                        withVolume ? instance + "-data" : null);
        Told told = replicas.insist(random, rest -> post(rest, wanted));
        boolean lostBefore = key == null && told.repeated() && told.code().equals("name.taken");
        if (told.status() == 201) {
            promised(wanted, id(told.answer()), told.answer().body().at("/volumes/0"));
        } else if (lostBefore) {
            Told there = expect(200, wanted, replicas.insist(random, get(wanted.path())));
            promised(wanted, id(there.answer()), volume(wanted));
        } else if (NO_ROOM.contains(told.code())) {
            refused++;
        } else {
            throw wrong("POST", wanted, told);
        }
    }

    /** The volume that came with an instance whose answer was lost; nothing for one without. */
    private JsonNode volume(Promise wanted) {
        return wanted.volume == null
                ? MissingNode.getInstance()
                : expect(
                                200,
                                wanted,
                                replicas.insist(
                                        random,
                                        get(
                                                "/v1/tenants/%s/volumes/%s"
                                                        .formatted(wanted.tenant, wanted.volume))))
                        .answer()
                        .body();
    }

    private void promised(Promise wanted, String id, JsonNode volume) {
        if (wanted.volume != null) {
            volumes.promised(
                    new VolumeAsker.Promise(
                            wanted.tenant,
                            wanted.volume,
                            volume.at("/metadata/id").asText(),
                            volume.at("/spec/sizeGiB").asInt(),
                            wanted.name));
        }
        Promise promise = wanted.with(id, wanted.flavor);
        if (id.isEmpty() || present.put(id, promise) != null) {
            throw new AssertionError("promised with an id that is none or another's: " + promise);
        }
        if (promise.key != null) {
            keyed.add(promise);
            if (keyed.size() > REMEMBERED) {
                keyed.remove(random.nextInt(keyed.size()));
            }
        }
    }

    /** What was answered once is answered again, whatever has become of it. */
    private void repeat(Promise promise) {
        Told told = expect(201, promise, replicas.insist(random, rest -> post(rest, promise)));
        if (!id(told.answer()).equals(promise.id)) {
            throw wrong("POST again", promise, told);
        }
    }

    private void power(Promise promise) {
        expect(200, promise, put(promise, promise.flavor, random.nextBoolean()));
    }

    /** Asks for another size of what may run still, or find no room for it. */
    private void resize(Promise promise) {
        String flavor = anyFlavor();
        Told told = put(promise, flavor, false);
        if (told.status() == 200) {
            present.put(promise.id, promise.with(promise.id, flavor));
        } else if (NO_ROOM.contains(told.code())) {
            refused++;
        } else if (!told.code().equals("instance.not_off")) {
            throw wrong("PUT of flavor " + flavor, promise, told);
        }
    }

    private Told put(Promise promise, String flavor, boolean running) {
        String body = body(promise.name, flavor, running, "");
        return replicas.insist(random, rest -> rest.send("PUT", promise.path(), ANY, body));
    }

    private String anyFlavor() {
        return Company.FLAVORS.get(random.nextInt(Company.FLAVORS.size()));
    }

    private void delete(Promise promise) {
        Told told = replicas.insist(random, rest -> rest.send("DELETE", promise.path(), ANY, ""));
        boolean goneBefore = told.status() == 404 && told.repeated();
        if (!goneBefore) {
            expect(200, promise, told);
        }
        present.remove(promise.id);
        going.put(promise.id, promise);
        volumes.detachedFrom(promise.tenant, promise.name);
    }

    private static String body(String name, String flavor, boolean running, String volumes) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"flavor\":\"%s\",\"image\":\"simulated\",\"power\":\"%s\"}%s}"
                .formatted(name, flavor, running ? "RUNNING" : "OFF", volumes);
    }

    private static Answer post(Rest rest, Promise wanted) throws IOException {
        Map<String, String> headers =
                wanted.key == null ? Map.of() : Map.of("Idempotency-Key", wanted.key);
        String path = wanted.volume == null ? "/instances" : "/instance-sets";
        return rest.send("POST", "/v1/tenants/" + wanted.tenant + path, headers, wanted.body);
    }

    /** The id of the one resource, or of the first of a set. */
    private static String id(Answer answer) {
        JsonNode body = answer.body();
        return (body.has("items") ? body.at("/items/0") : body).at("/metadata/id").asText();
    }

    private static Replicas.Request get(String path) {
        return rest -> rest.get(path);
    }

    private static Told expect(int status, Promise promise, Told told) {
        if (told.status() != status) {
            throw wrong("a request", promise, told);
        }
        return told;
    }

    private static AssertionError wrong(String what, Promise promise, Told told) {
        return new AssertionError(what + " for " + promise + " was answered " + told);
    }
}
