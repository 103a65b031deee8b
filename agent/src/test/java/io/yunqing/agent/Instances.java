package io.yunqing.agent;

import io.yunqing.api.HostInventory;
import io.yunqing.api.HostInventory.PoolUse;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.Power;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.InstanceDesired.Nic;
import io.yunqing.api.agent.InstanceDesired.Seed;
import io.yunqing.api.agent.InstanceSize;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.api.agent.Machine;
import io.yunqing.api.agent.StartTurn;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Desired instances for tests: a small running one, with what a test says otherwise. */
public final class Instances {

    public static final UUID ID = UUID.fromString("0198f1a2-7b3c-7def-8123-456789abcdef");

    public static final ImageSource IMAGE =
            new ImageSource("empty", "file:///nowhere", "0".repeat(64), ImageFormat.QCOW2, null);

    /** A host of two processors and 4 GiB. */
    public static final HostInventory INVENTORY =
            new HostInventory(
                    "sim",
                    2,
                    4096,
                    List.of(
                            new HostInventory.Pool(
                                    "default",
                                    "dir",
                                    100,
                                    100,
                                    new PoolUse(102_400, 102_400, 0, 0, Instant.EPOCH))),
                    "tcg",
                    "x86_64",
                    "simulated",
                    "test",
                    null,
                    null,
                    null);

    /** That of the instances here. */
    public static final InstanceSize SMALL = new InstanceSize(1, 32);

    private UUID id = ID;
    private String name = "web-1";
    private long revision = 1;
    private long epoch = 1;
    private boolean deleted;
    private Power power = Power.RUNNING;
    private boolean paused;
    private int boot;
    private boolean forcedBoot;
    private int rebuild;
    private int vcpus = 1;
    private int memoryMiB = 32;
    private int rootDiskGiB = 1;
    private ImageSource image = IMAGE;
    private Seed seed = new Seed("web-1", List.of(), null);
    private @Nullable Nic nic;
    private @Nullable String reason = "placed here: most free memory";

    private @Nullable List<UUID> volumes = List.of();
    private @Nullable Map<UUID, IoLimits> limits = Map.of();
    private @Nullable Machine machine = Machine.PLAIN;
    private @Nullable StartTurn turn;
    private @Nullable UUID root;
    private boolean restartable;

    private Instances() {}

    public static Instances running() {
        return new Instances();
    }

    public Instances id(UUID value) {
        id = value;
        return this;
    }

    public Instances name(String value) {
        name = value;
        return this;
    }

    public Instances revision(long value) {
        revision = value;
        return this;
    }

    public Instances epoch(long value) {
        epoch = value;
        return this;
    }

    public Instances deleted() {
        deleted = true;
        return this;
    }

    public Instances power(Power value) {
        power = value;
        return this;
    }

    public Instances memoryMiB(int value) {
        memoryMiB = value;
        return this;
    }

    public Instances rootDiskGiB(int value) {
        rootDiskGiB = value;
        return this;
    }

    public Instances image(ImageSource value) {
        image = value;
        return this;
    }

    public Instances seed(Seed value) {
        seed = value;
        return this;
    }

    public Instances nic(Nic value) {
        nic = value;
        return this;
    }

    public Instances reason(@Nullable String value) {
        reason = value;
        return this;
    }

    public Instances paused() {
        paused = true;
        return this;
    }

    public Instances boot(int value) {
        boot = value;
        return this;
    }

    public Instances forcedBoot(int value) {
        forcedBoot = true;
        return boot(value);
    }

    public Instances rebuild(int value) {
        rebuild = value;
        return boot(value);
    }

    public Instances volumes(UUID... value) {
        volumes = List.of(value);
        return this;
    }

    public Instances restartable() {
        restartable = true;
        return this;
    }

    /** Its root disk, which is one of its volumes. */
    public Instances root(UUID value) {
        root = value;
        return this;
    }

    public Instances limits(Map<UUID, IoLimits> value) {
        limits = value;
        return this;
    }

    public Instances vcpus(int value) {
        vcpus = value;
        return this;
    }

    public Instances machine(@Nullable Machine value) {
        machine = value;
        return this;
    }

    public Instances turn(int order, int delaySeconds) {
        turn = new StartTurn(order, delaySeconds);
        return this;
    }

    /** As a controller says it that does not know of limits. */
    public Instances silentOnLimits() {
        limits = null;
        return this;
    }

    /** As a controller says it that does not know of volumes. */
    public Instances silentOnVolumes() {
        volumes = null;
        return this;
    }

    public InstanceDesired build() {
        return new InstanceDesired(
                id,
                "registration-prod",
                name,
                revision,
                epoch,
                deleted,
                power,
                paused,
                boot,
                forcedBoot,
                rebuild,
                vcpus,
                memoryMiB,
                rootDiskGiB,
                image,
                seed,
                nic,
                reason,
                volumes,
                limits,
                machine,
                turn,
                root,
                restartable);
    }
}
