package io.yunqing.examples.torture;

import io.yunqing.examples.torture.Replicas.Told;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One asker's volumes: what it was promised of them, and what it asks of them next. */
final class VolumeAsker {
    private static final Map<String, String> ANY = Map.of("If-Match", "*");
    private static final Set<String> NO_ROOM = Set.of("quota.exceeded", "placement.no_host");

    private final Replicas replicas;
    private final Map<String, Promise> present = new HashMap<>();
    private final Map<String, Promise> going = new HashMap<>();

    VolumeAsker(Replicas replicas) {
        this.replicas = replicas;
    }

    /**
     * A volume as it was promised.
     *
     * @param instance the name of the one that it is to be attached to
     */
    record Promise(String tenant, String name, String id, int sizeGiB, @Nullable String instance) {
        String path() {
            return "/v1/tenants/" + tenant + "/volumes/" + name;
        }

        Promise with(int itsSize, @Nullable String itsInstance) {
            return new Promise(tenant, name, id, itsSize, itsInstance);
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

    /** Forgets what was told to go and is not there any more. */
    void forgetAllBut(Set<String> listed) {
        going.keySet().retainAll(listed);
    }

    void promised(Promise promise) {
        if (promise.id.isEmpty() || present.put(promise.id, promise) != null) {
            throw new AssertionError("promised with an id that is none or another's: " + promise);
        }
    }

    /** An instance was told to go: its volumes stay. */
    void detachedFrom(String tenant, String instance) {
        present.replaceAll((_, volume) ->
                volume.tenant.equals(tenant) && instance.equals(volume.instance)
                        ? volume.with(volume.sizeGiB, null)
                        : volume);
    }

    /**
     * Has one of them grow, leave its instance, or go.
     *
     * @throws AssertionError if an answer is wrong
     */
    void act(Random random) {
        List<String> ids = present.keySet().stream().sorted().toList();
        Promise volume = present.get(ids.get(random.nextInt(ids.size())));
        if (volume == null) {
            throw new IllegalStateException("an id of the map is not in it");
        }
        switch (random.nextInt(5)) {
            case 0 -> grow(volume, random);
            case 1 -> delete(volume, random);
            default -> {
                if (volume.instance != null) {
                    change(volume, volume.with(volume.sizeGiB, null), random);
                } else {
                    delete(volume, random);
                }
            }
        }
    }

    private void grow(Promise volume, Random random) {
        change(
                volume,
                volume.with(volume.sizeGiB + random.nextInt(1, 50), volume.instance),
                random);
    }

    private void change(Promise volume, Promise wanted, Random random) {
        String attached =
                wanted.instance == null ? "" : ",\"instance\":\"" + wanted.instance + "\"";
        String body =
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"sizeGiB\":%d%s}}"
                        .formatted(wanted.name, wanted.sizeGiB, attached);
        Told told = replicas.insist(random, rest -> rest.send("PUT", wanted.path(), ANY, body));
        if (told.status() == 200) {
            present.put(wanted.id, wanted);
        } else if (!NO_ROOM.contains(told.code())) {
            throw new AssertionError("PUT of " + wanted + ", which was " + volume + ": " + told);
        }
    }

    private void delete(Promise volume, Random random) {
        Told told = replicas.insist(random, rest -> rest.send("DELETE", volume.path(), ANY, ""));
        boolean goneBefore = told.status() == 404 && told.repeated();
        if (volume.instance != null) {
            if (!told.code().equals("volume.in_use")) {
                throw new AssertionError("DELETE of the attached " + volume + ": " + told);
            }
        } else if (told.status() == 200 || goneBefore) {
            present.remove(volume.id);
            going.put(volume.id, volume);
        } else {
            throw new AssertionError("DELETE of " + volume + ": " + told);
        }
    }
}
