package io.yunqing.examples.chaos;

import static io.yunqing.examples.chaos.Answers.id;
import static io.yunqing.examples.chaos.Answers.said;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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

/**
 * Asks for one thing after the other and notes what it was promised. Its instances and volumes are its own, so that nobody else can
 * be the reason for an answer; what is refused changes nothing.
 */
final class Owner {
    private static final String INSTANCES = "/v1/tenants/" + Cloud.TENANT + "/instances";
    private static final String SETS = "/v1/tenants/" + Cloud.TENANT + "/instance-sets";
    private static final String IMAGE = "yunqing-guest";
    private static final List<Power> POWERS = List.of(Power.values());
    private static final int MOST_MACHINES = 2;
    private static final List<String> FLAVORS = List.of("tiny", Chaos.OTHER_FLAVOR);

    /** Goes on writing somewhere on each volume that it has, as snapshots and backups are taken of what changes. */
    private static final String GUEST =
            """
            #!/bin/sh
            while true; do
                for one in /sys/block/vd*; do
                    serial=$(cat $one/serial 2>/dev/null)
                    [ ${#serial} = 20 ] || continue
                    dd if=/dev/urandom of=/dev/${one##*/} bs=64k count=1 conv=notrunc,fsync seek=$(($(date +%s) % 512)) 2>/dev/null
                done
                sleep 1
            done
            """;

    private final String name;
    private final Random random;
    private final RetryingRest retrying;
    private final Answers answers;
    private final Storekeeper storekeeper;
    private final Map<String, Machine> machines = new TreeMap<>();
    private int named;

    Owner(String name, Random random, RetryingRest retrying) {
        this.name = name;
        this.random = random;
        this.retrying = retrying;
        this.answers = new Answers(name);
        this.storekeeper = new Storekeeper(this::nextName, random, retrying, answers);
    }

    /** By name. */
    Map<String, Machine> machines() {
        return machines;
    }

    Storekeeper storekeeper() {
        return storekeeper;
    }

    /** How often by which code. */
    Map<String, Integer> refusals() {
        return answers.refusals();
    }

    /** Asks for something; returns what, when it was promised or refused. */
    String act() {
        int lot = random.nextInt(100);
        if (machines.isEmpty() || (lot < 20 && machines.size() < MOST_MACHINES)) {
            return create();
        }
        Machine machine = any();
        boolean runs = machine.power() == Power.RUNNING;
        if (lot < 30) {
            return power(machine);
        } else if (lot < 40) {
            return runs ? boot(machine) : resize(machine);
        } else if (lot < 45) {
            return runs ? rebuild(machine) : power(machine);
        } else if (lot < 50) {
            return rescue(machine);
        } else if (lot < 58) {
            return delete(machine);
        }
        return storekeeper.act(machine);
    }

    /** A paused guest lets go of nothing; so none stays paused that has a volume which is to be taken from it. */
    void resumeWhatKeepsVolumes() {
        if (storekeeper.isAnyLeaving()) {
            for (Machine machine : List.copyOf(machines.values())) {
                if (machine.power() == Power.PAUSED) {
                    change(machine, machine.with(Power.RUNNING), Power.RUNNING.name());
                }
            }
        }
    }

    private String nextName() {
        return name + "-" + ++named;
    }

    private Machine any() {
        return List.copyOf(machines.values()).get(random.nextInt(machines.size()));
    }

    private String create() {
        String instance = nextName();
        Power power = random.nextInt(4) == 0 ? Power.OFF : Power.RUNNING;
        boolean withVolume = random.nextInt(3) == 0 && storekeeper.hasRoom();
        ObjectNode wished = JsonNodeFactory.instance.objectNode();
        wished.putObject("metadata").put("name", instance);
        wished.putObject("spec")
                .put("flavor", FLAVORS.getFirst())
                .put("image", IMAGE)
                .put("power", power.name())
                .put("userData", GUEST);
        if (withVolume) {
            wished.putArray("volumes").addObject().put("name", "data").put("sizeGiB", 1);
        }
        Answer answer =
                retrying.post(
                        withVolume ? SETS : INSTANCES,
                        new UUID(random.nextLong(), random.nextLong()),
                        wished.toString());
        if (answers.promised(answer, 201)) {
            machines.put(
                    instance,
                    new Machine(
                            instance,
                            id(withVolume ? answer.body().at("/items/0") : answer.body()),
                            FLAVORS.getFirst(),
                            power,
                            0,
                            0,
                            false));
            if (withVolume) {
                storekeeper.keep(
                        Volume.made(
                                instance + "-data",
                                id(answer.body().at("/volumes/0")),
                                1,
                                instance));
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

    private String rescue(Machine machine) {
        return change(
                machine,
                machine.rescued(!machine.rescued()),
                machine.rescued() ? "end of rescue" : "rescue");
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
                    if (wished.rescued()) {
                        spec.put("rescue", IMAGE);
                    } else {
                        spec.remove("rescue");
                    }
                };
        Answer answer = retrying.change(Cloud.instancePath(machine.name()), wish);
        if (answers.promised(answer, 200)) {
            machines.put(machine.name(), wished);
        }
        return said(what + " of " + machine.name(), answer);
    }

    private String delete(Machine machine) {
        Answer answer = retrying.delete(Cloud.instancePath(machine.name()));
        if (answers.gone(answer)) {
            machines.remove(machine.name());
            storekeeper.machineIsGone(machine);
        }
        return said("delete " + machine.name(), answer);
    }
}
