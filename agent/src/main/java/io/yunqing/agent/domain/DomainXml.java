package io.yunqing.agent.domain;

import io.quarkus.qute.Engine;
import io.quarkus.qute.RawString;
import io.quarkus.qute.Template;
import io.yunqing.agent.network.Names;
import io.yunqing.agent.storage.DiskSource;
import io.yunqing.agent.storage.Layout;
import io.yunqing.agent.storage.VolumePaths;
import io.yunqing.api.Firmware;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.api.agent.Machine;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.VolumeDesired;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes an instance as libvirt's domain XML. The text is in {@code domain/domain.xml}; here is what goes into it. */
public final class DomainXml {

    /**
     * What is the same for all domains of a host.
     *
     * @param kvm whether guests run on KVM, else on TCG
     * @param directIo whether disks go past the page cache
     * @param bridge what interfaces are attached to that are in no tenant's network; absent when the host offers none
     */
    public record Host(Layout layout, boolean kvm, boolean directIo, @Nullable String bridge) {}

    /**
     * PCI ports: five for what every guest has, and the others for volumes. One more costs a guest on TCG about 30 ms
     * when it boots.
     */
    private static final int PORTS = 16;

    /** Behind the root disk and the seed. */
    private static final int FIRST_VOLUME = 2;

    /** Where the root disk of an instance is that is rescued: behind as many volumes as it may have. */
    private static final int RESCUED = FIRST_VOLUME + 16;

    /** By which a guest finds that disk, as {@code /dev/disk/by-id/virtio-root}. */
    private static final String RESCUED_SERIAL = "root";

    /** What guests on TCG see unless another processor is desired. */
    private static final String TCG_MODEL = "qemu64";

    private final Host host;
    private final VolumePaths volumes;
    private final Template domain;
    private final Template disk;
    private final Template memory;
    private final Template metadata;
    private final Template backup;
    private final Template checkpoint;

    /**
     * @param volumes where volumes are
     */
    public DomainXml(Host host, VolumePaths volumes) {
        var engine = Engine.builder().addDefaults().addResultMapper(new XmlText()).build();
        this.host = host;
        this.volumes = volumes;
        this.domain = engine.parse(resource("domain.xml"));
        this.disk = engine.parse(resource("disk.xml"));
        this.memory = engine.parse(resource("memory.xml"));
        this.metadata = engine.parse(resource("metadata.xml"));
        this.backup = engine.parse(resource("backup.xml"));
        this.checkpoint = engine.parse(resource("checkpoint.xml"));
    }

    public String domain(InstanceDesired instance) {
        var layout = host.layout();
        var id = instance.id();
        var nic = instance.nic();
        if (nic != null && nic.vni() == null && host.bridge() == null) {
            throw new IllegalArgumentException(
                    "the instance has a network interface, but this host offers no bridge;"
                            + " start its agent with --bridge, --subnet and --gateway");
        }
        Map<String, @Nullable Object> data = new HashMap<>();
        data.put("type", host.kvm() ? "kvm" : "qemu");
        data.put("kvm", host.kvm());
        data.put("name", name(instance));
        data.put("id", id);
        var defined =
                new DomainMetadata(
                        id, instance.epoch(), instance.boot(), instance.machineOrPlain().word());
        data.put("metadata", new RawString(metadata(instance, defined, true)));
        var room = DomainRoom.of(instance.vcpus(), instance.memoryMiB());
        data.put("memoryMiB", instance.memoryMiB());
        data.put("vcpus", instance.vcpus());
        data.put("mostMemoryMiB", room.memoryMiB());
        data.put("mostVcpus", room.vcpus());
        data.put("slots", DomainRoom.SLOTS);
        data.put("lastVcpu", room.vcpus() - 1);
        data.put("ports", IntStream.rangeClosed(1, PORTS).boxed().toList());
        data.putAll(machine(instance));
        data.put("seed", layout.seed(id));
        data.put("volumes", volumes(instance));
        data.put("console", layout.console(id));
        data.put("socket", layout.socket(id).orElse(null));
        data.put("nic", nic == null ? null : nic(id, nic));
        return domain.data(data).render();
    }

    /** What it is started from, and with which firmware and processor. */
    private Map<String, @Nullable Object> machine(InstanceDesired instance) {
        var layout = host.layout();
        var id = instance.id();
        var machine = instance.machineOrPlain();
        boolean rescued = machine.rescue() != null;
        var own = instance.root() == null ? file(layout.disk(id)) : volumes.source(instance.root());
        var limits = instance.limitsOf(instance.root() == null ? id : instance.root());
        Map<String, @Nullable Object> data = new HashMap<>();
        data.put(
                "root",
                new RawString(
                        rescued
                                ? disk(file(layout.rescue(id)), target(0), null, IoLimits.NONE)
                                : disk(own, target(0), null, limits)));
        data.put(
                "rescued",
                rescued ? new RawString(disk(own, target(RESCUED), RESCUED_SERIAL, limits)) : null);
        data.put("nvram", machine.firmware() == Firmware.UEFI ? layout.nvram(id, rescued) : null);
        data.put("cpuModel", cpuModel(machine));
        data.put("cpuCheck", host.kvm() ? "partial" : "none");
        return data;
    }

    /** Absent when it sees the processor of its host. */
    private @Nullable String cpuModel(Machine machine) {
        if (machine.cpuModel() != null) {
            return machine.cpuModel();
        }
        return host.kvm() ? null : TCG_MODEL;
    }

    /** In a tenant's network its end at the host has a name by which the filter knows it. */
    private Map<String, @Nullable Object> nic(UUID id, InstanceDesired.Nic nic) {
        Map<String, @Nullable Object> data = new HashMap<>();
        data.put("mac", nic.mac());
        data.put("bridge", nic.vni() == null ? host.bridge() : Names.bridge(nic.vni()));
        data.put("tap", nic.vni() == null ? null : Names.tap(id));
        data.put("mtu", NetworkDesired.MTU);
        return data;
    }

    private List<RawString> volumes(InstanceDesired instance) {
        var volumes =
                instance.volumesOrNone().stream()
                        .filter(volume -> !volume.equals(instance.root()))
                        .toList();
        return IntStream.range(0, volumes.size())
                .mapToObj(i -> disk(instance, volumes.get(i), target(FIRST_VOLUME + i)))
                .map(RawString::new)
                .toList();
    }

    /** Memory for a domain that is on. */
    public String memory(long mebibytes) {
        return memory.data("memoryMiB", mebibytes).render();
    }

    /** A volume as an instance's disk, also for a domain that exists. */
    public String disk(InstanceDesired instance, UUID volume, String target) {
        return disk(
                volumes.source(volume),
                target,
                VolumeDesired.serial(volume),
                instance.limitsOf(volume));
    }

    private static DiskSource file(Path path) {
        return new DiskSource.File(path);
    }

    private String disk(
            DiskSource source, String target, @Nullable String serial, IoLimits limits) {
        var tune = IoTune.of(limits);
        tune.values().removeIf(value -> value == 0);
        var data = DiskSourceXml.of(source, host.directIo());
        data.put("target", target);
        data.put("serial", serial);
        data.put("tune", tune.entrySet());
        return disk.data(data).render().strip();
    }

    /**
     * A backup of some disks of a domain.
     *
     * @param files where to, by the disk's place
     * @param since the checkpoint since which only what has changed is copied; all when absent
     */
    public String backup(SortedMap<String, Path> files, @Nullable String since) {
        return backup.data("disks", files.entrySet(), "since", since).render();
    }

    /** From when on it is noted what is written to a disk. */
    public String checkpoint(String name, String target) {
        return checkpoint.data("name", name, "disk", target).render();
    }

    /** The first place for a volume that no disk has. */
    public static String freeTarget(Set<String> taken) {
        return IntStream.iterate(FIRST_VOLUME, i -> i + 1)
                .mapToObj(DomainXml::target)
                .filter(target -> !taken.contains(target))
                .findFirst()
                .orElseThrow();
    }

    /** The places of disks: vda to vdz, then vdaa and so on. */
    private static String target(int index) {
        var letters = new StringBuilder();
        for (int rest = index; rest >= 0; rest = rest / 26 - 1) {
            letters.insert(0, (char) ('a' + rest % 26));
        }
        return "vd" + letters;
    }

    /**
     * The element that makes a domain ours, as libvirt takes it for one that exists: it adds the namespace itself.
     *
     * @param defined what it says now; of that its boot and machine stay, as a domain that runs is not started anew by being told what
     *     it is
     */
    public String metadata(InstanceDesired instance, DomainMetadata defined) {
        return metadata(instance, defined, false);
    }

    private String metadata(InstanceDesired instance, DomainMetadata defined, boolean qualified) {
        String declaration =
                " xmlns:%s='%s'".formatted(DomainMetadata.PREFIX, DomainMetadata.NAMESPACE);
        Map<String, @Nullable Object> data = new HashMap<>();
        data.put("prefix", qualified ? DomainMetadata.PREFIX + ":" : "");
        data.put("declaration", new RawString(qualified ? declaration : ""));
        data.put("id", instance.id());
        data.put("epoch", instance.epoch());
        data.put("boot", defined.boot());
        data.put("machine", defined.machine());
        data.put("tenant", instance.tenant());
        data.put("name", instance.name());
        data.put("reason", instance.reason() == null ? "" : instance.reason());
        return metadata.data(data).render().strip();
    }

    /** A name that people find it by; the end of the id makes it the only one. */
    static String name(InstanceDesired instance) {
        return "yq-%s-%s-%s"
                .formatted(
                        word(instance.tenant()), word(instance.name()), randomPart(instance.id()));
    }

    /** Names become parts of socket paths, which are short, and of commands. */
    private static String word(String text) {
        String word = text.replaceAll("[^A-Za-z0-9_.-]", "_");
        return word.substring(0, Math.min(word.length(), 63));
    }

    private static String randomPart(UUID id) {
        return "%08x".formatted((int) id.getLeastSignificantBits());
    }

    private static String resource(String name) {
        try (InputStream text = DomainXml.class.getResourceAsStream("/domain/" + name)) {
            if (text == null) {
                throw new IllegalStateException("the agent's jar lacks domain/" + name);
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
