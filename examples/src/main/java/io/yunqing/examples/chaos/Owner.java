package io.yunqing.examples.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.yunqing.api.Power;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Rest.Answer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one thing after the other and notes what it was promised. Its instances and volumes are its own, so that nobody else can
 * be the reason for an answer; what is refused changes nothing.
 */
final class Owner {
    private static final String INSTANCES = "/v1/tenants/" + Cloud.TENANT + "/instances";
    private static final String SETS = "/v1/tenants/" + Cloud.TENANT + "/instance-sets";
    private static final String VOLUMES = "/v1/tenants/" + Cloud.TENANT + "/volumes";
    private static final List<Power> POWERS = List.of(Power.values());
    private static final int MOST_MACHINES = 2;
    private static final int MOST_VOLUMES = 3;
    private static final List<String> FLAVORS = List.of("tiny", Chaos.OTHER_FLAVOR);

    private final String name;
    private final Random random;
    private final RetryingRest retrying;
    private final Map<String, Machine> machines = new TreeMap<>();
    private final Map<String, Volume> volumes = new TreeMap<>();
    private final Map<String, Integer> refusals = new TreeMap<>();
    private int named;

    Owner(String name, Random random, RetryingRest retrying) {
        this.name = name;
        this.random = random;
        this.retrying = retrying;
    }

    /** By name. */
    Map<String, Machine> machines() {
        return machines;
    }

    /** By name. */
    Map<String, Volume> volumes() {
        return volumes;
    }

    /** How often by which code. */
    Map<String, Integer> refusals() {
        return refusals;
    }

    /** Asks for something; returns what, when it was promised or refused. */
    String act() {
        int lot = random.nextInt(100);
        if (machines.isEmpty() || (lot < 25 && machines.size() < MOST_MACHINES)) {
            return create();
        }
        Machine machine = any(machines);
        boolean runs = machine.power() == Power.RUNNING;
        if (lot < 45) {
            return power(machine);
        } else if (lot < 65) {
            return runs ? boot(machine) : resize(machine);
        } else if (lot < 72) {
            return runs ? rebuild(machine) : power(machine);
        } else if (lot < 82) {
            return delete(machine);
        }
        return volumes.isEmpty() || (lot < 90 && volumes.size() < MOST_VOLUMES)
                ? createVolume(machine)
                : change(any(volumes), machine);
    }

    private <T> T any(Map<String, T> things) {
        return List.copyOf(things.values()).get(random.nextInt(things.size()));
    }

    private String create() {
        String instance = name + "-" + ++named;
        Power power = random.nextInt(4) == 0 ? Power.OFF : Power.RUNNING;
        boolean withVolume = random.nextInt(3) == 0 && volumes.size() < MOST_VOLUMES;
        Answer answer =
                retrying.post(
                        withVolume ? SETS : INSTANCES,
                        new UUID(random.nextLong(), random.nextLong()),
                        "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"flavor\":\"tiny\",\"image\":\"yunqing-guest\",\"power\":\"%s\"}%s}"
                                .formatted(
                                        instance,
                                        power,
                                        withVolume
                                                ? ",\"volumes\":[{\"name\":\"data\",\"sizeGiB\":1}]"
                                                : ""));
        if (promised(answer, 201)) {
            machines.put(
                    instance,
                    new Machine(
                            instance,
                            id(withVolume ? answer.body().at("/items/0") : answer.body()),
                            "tiny",
                            power,
                            0,
                            0));
            if (withVolume) {
                String volume = instance + "-data";
                volumes.put(
                        volume,
                        new Volume(volume, id(answer.body().at("/volumes/0")), 1, instance));
            }
        }
        return said(
                "create " + instance + " " + power + (withVolume ? " with a volume" : ""), answer);
    }

    private String power(Machine machine) {
        Power wished = POWERS.get(random.nextInt(POWERS.size()));
        return change(machine, machine.with(wished), wished.name());
    }

    private String boot(Machine machine) {
        return change(machine, machine.started(machine.boot() + 1), "boot");
    }

    private String rebuild(Machine machine) {
        return change(machine, machine.rebuilt(machine.boot() + 1), "rebuild");
    }

    private String resize(Machine machine) {
        String wished = FLAVORS.get(machine.flavor().equals(FLAVORS.getFirst()) ? 1 : 0);
        return change(machine, machine.of(wished), wished);
    }

    private String change(Machine machine, Machine wished, String what) {
        Consumer<ObjectNode> wish =
                spec -> {
                    spec.put("flavor", wished.flavor()).put("power", wished.power().name());
                    // A guest that is still booting does not hear that it should start anew.
                    spec.put("boot", wished.boot()).put("forcedBoot", true);
                    spec.put("rebuild", wished.rebuild());
                };
        Answer answer = retrying.change(Cloud.instancePath(machine.name()), wish);
        if (promised(answer, 200)) {
            machines.put(machine.name(), wished);
        }
        return said(what + " of " + machine.name(), answer);
    }

    private String delete(Machine machine) {
        Answer answer = retrying.delete(Cloud.instancePath(machine.name()));
        if (gone(answer)) {
            machines.remove(machine.name());
            volumes.replaceAll((_, volume) ->
                    machine.name().equals(volume.machine()) ? volume.at(null) : volume);
        }
        return said("delete " + machine.name(), answer);
    }

    private String createVolume(Machine machine) {
        String volume = name + "-" + ++named;
        Answer answer =
                retrying.post(
                        VOLUMES,
                        new UUID(random.nextLong(), random.nextLong()),
                        "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"sizeGiB\":1,\"instance\":\"%s\"}}"
                                .formatted(volume, machine.name()));
        if (promised(answer, 201)) {
            volumes.put(volume, new Volume(volume, id(answer.body()), 1, machine.name()));
        }
        return said("create volume " + volume + " of " + machine.name(), answer);
    }

    private String change(Volume volume, Machine machine) {
        if (random.nextInt(4) == 0) {
            return change(volume, volume.of(volume.sizeGiB() + 1), "grow");
        } else if (volume.machine() != null) {
            return change(volume, volume.at(null), "detach");
        } else if (random.nextBoolean()) {
            return change(volume, volume.at(machine.name()), "attach to " + machine.name());
        }
        Answer answer = retrying.delete(VOLUMES + "/" + volume.name());
        if (gone(answer)) {
            volumes.remove(volume.name());
        }
        return said("delete volume " + volume.name(), answer);
    }

    private String change(Volume volume, Volume wished, String what) {
        Answer answer =
                retrying.change(
                        VOLUMES + "/" + volume.name(),
                        spec -> {
                            spec.put("sizeGiB", wished.sizeGiB());
                            attach(spec, wished.machine());
                        });
        if (promised(answer, 200)) {
            volumes.put(volume.name(), wished);
        }
        return said(what + " volume " + volume.name(), answer);
    }

    private static void attach(ObjectNode spec, @Nullable String machine) {
        if (machine == null) {
            spec.remove("instance");
        } else {
            spec.put("instance", machine);
        }
    }

    /** What an answer that was lost had begun may be over. */
    private boolean gone(Answer answer) {
        return answer.status() == 404 || answer.status() == 204 || promised(answer, 200);
    }

    /** Whether it was; else it was refused for what is the matter at this moment, and not for how it was asked. */
    private boolean promised(Answer answer, int status) {
        if (answer.status() == status) {
            return true;
        }
        if (answer.status() != 409 && answer.status() != 422) {
            throw new AssertionError(name + " was answered " + answer);
        }
        refusals.merge(answer.code(), 1, Integer::sum);
        return false;
    }

    private static String id(JsonNode resource) {
        return resource.at("/metadata/id").asText();
    }

    private static String said(String what, Answer answer) {
        return answer.status() < 300 ? what : what + ": " + answer.status() + " " + answer.code();
    }
}
