package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.DomainDisk;
import io.yunqing.agent.domain.DomainXml;
import io.yunqing.agent.domain.IoTune;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.BlockPool;
import io.yunqing.agent.storage.DiskSource;
import io.yunqing.agent.storage.Layout;
import io.yunqing.agent.storage.VolumePaths;
import io.yunqing.agent.storage.VolumePool;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.IoLimits;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.libvirt.BlockIoTune;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** Volumes as disks of domains. */
final class VolumeDisks implements VolumePool.Guests {

    /** What a domain has while it is on and what it starts with are changed each by itself. */
    private enum Definition {
        /** What it starts with. */
        NEXT(Domain.XMLFlags.INACTIVE, 2),
        /** What it is while it is on. */
        CURRENT(0, 1);

        /** By which libvirt shows it. */
        private final int shown;

        /** By which libvirt changes it. */
        private final int affected;

        Definition(int shown, int affected) {
            this.shown = shown;
            this.affected = affected;
        }
    }

    private static final int ACTIVE_DOMAINS = 1;
    private static final int RESIZE_IN_BYTES = 1;

    /** How long a guest has to let go, beyond the 5 s that libvirt itself gives it. */
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(2);

    /** What is in the source of every disk that is a volume and no file. */
    private static final String BLOCKS = "/" + BlockPool.PREFIX;

    private static final Duration POLL = Duration.ofMillis(100);

    private final LibvirtConnection connection;
    private final Layout layout;
    private final VolumePaths paths;
    private final DomainXml xml;

    /** Where a volume's path has the name of the directory that they are all in. */
    private final String folder;

    VolumeDisks(LibvirtConnection connection, Layout layout, VolumePaths paths, DomainXml xml) {
        this.connection = connection;
        this.layout = layout;
        this.paths = paths;
        this.xml = xml;
        this.folder = "/" + layout.volumes().getFileName() + "/";
    }

    /**
     * What a domain has while it is on, and starts with while it is off.
     *
     * @param limits of its disks that have any; its root disk has its own id
     */
    record Disks(Set<UUID> volumes, Map<UUID, IoLimits> limits) {}

    /**
     * @param text the domain's definition as it is now
     */
    Disks of(UUID root, String text) {
        if (!mayHaveVolumes(text) && !text.contains("<iotune>")) {
            return new Disks(Set.of(), Map.of());
        }
        var disks = disks(text, root);
        var volumes = new HashSet<>(disks.keySet());
        volumes.remove(root);
        var limits = new HashMap<UUID, IoLimits>();
        disks.forEach((id, disk) -> limits.put(id, disk.limits()));
        limits.values().removeIf(IoLimits.NONE::equals);
        return new Disks(Set.copyOf(volumes), Map.copyOf(limits));
    }

    /** Gives a domain the desired volumes with the desired limits, and takes all others from it. */
    void attach(InstanceDesired instance) throws HypervisorFault {
        var refusal =
                onDomain(
                        instance.id(),
                        domain -> {
                            if (domain.isPersistent() == 1) {
                                give(domain, instance, Definition.NEXT);
                                take(domain, instance, Definition.NEXT);
                                limit(domain, instance, Definition.NEXT);
                            }
                            if (domain.isActive() != 1) {
                                return Optional.<LibvirtException>empty();
                            }
                            give(domain, instance, Definition.CURRENT);
                            limit(domain, instance, Definition.CURRENT);
                            try {
                                take(domain, instance, Definition.CURRENT);
                                return Optional.<LibvirtException>empty();
                            } catch (LibvirtException e) {
                                // A guest that still thinks about it must not be asked again, QEMU
                                // says.
                                return Optional.of(e);
                            }
                        });
        awaitLetGo(instance, refusal.orElse(null));
    }

    private void give(Domain domain, InstanceDesired instance, Definition definition)
            throws LibvirtException {
        var has = targets(domain, definition).keySet();
        for (UUID volume : instance.volumesOrNone()) {
            if (!has.contains(volume)) {
                String target = DomainXml.freeTarget(takenTargets(domain));
                domain.attachDeviceFlags(xml.disk(instance, volume, target), definition.affected);
            }
        }
    }

    private void take(Domain domain, InstanceDesired instance, Definition definition)
            throws LibvirtException {
        for (var disk : targets(domain, definition).entrySet()) {
            if (!instance.volumesOrNone().contains(disk.getKey())) {
                domain.detachDeviceFlags(
                        xml.disk(instance, disk.getKey(), disk.getValue()), definition.affected);
            }
        }
    }

    private void limit(Domain domain, InstanceDesired instance, Definition definition)
            throws LibvirtException {
        if (instance.limits() == null) {
            return;
        }
        for (var disk : disks(domain.getXMLDesc(definition.shown), instance.id()).entrySet()) {
            var wanted = instance.limitsOf(disk.getKey());
            if (!disk.getValue().limits().equals(wanted)) {
                BlockIoTune.set(
                        domain, disk.getValue().target(), IoTune.of(wanted), definition.affected);
            }
        }
    }

    /** Its guest lets go when it gets to it; until then QEMU has the file open. */
    private void awaitLetGo(InstanceDesired instance, @Nullable LibvirtException refusal)
            throws HypervisorFault {
        long deadline = System.nanoTime() + LAST_PATIENCE.toNanos();
        var held = held(instance);
        while (!held.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new HypervisorFault(
                        HypervisorFault.Kind.TIMEOUT,
                        "the guest has not let go of volume %s%s"
                                .formatted(
                                        held.iterator().next(),
                                        refusal == null ? "" : ": " + refusal.getMessage()),
                        refusal);
            }
            pause();
            held = held(instance);
        }
    }

    private Set<UUID> held(InstanceDesired instance) throws HypervisorFault {
        var held = new HashSet<>(onDomain(instance.id(), this::targets).keySet());
        instance.volumesOrNone().forEach(held::remove);
        return held;
    }

    static void pause() throws HypervisorFault {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HypervisorFault(HypervisorFault.Kind.TIMEOUT, "interrupted", e);
        }
    }

    /** Shows volumes as so large to the guests that have them open, which makes those larger that are files. */
    @Override
    public Set<UUID> show(Map<UUID, Integer> sizesGiB) throws HypervisorFault {
        var had = new HashSet<UUID>();
        onEachActive((domain, volumes) -> {
            for (var volume : volumes.entrySet()) {
                Integer sizeGiB = sizesGiB.get(volume.getKey());
                if (sizeGiB != null) {
                    domain.blockResize(volume.getValue(), (long) sizeGiB << 30, RESIZE_IN_BYTES);
                    had.add(volume.getKey());
                }
            }
        });
        return had;
    }

    /** What is done with a domain that is on, and the places of its volumes. */
    interface Visit {
        void of(Domain domain, Map<UUID, String> volumes) throws LibvirtException;
    }

    void onEachActive(Visit visit) throws HypervisorFault {
        var _ =
                connection.call(
                        "volumes",
                        connect -> {
                            for (Domain domain : connect.listAllDomains(ACTIVE_DOMAINS)) {
                                try {
                                    visit.of(domain, targets(domain));
                                } catch (LibvirtException e) {
                                    // It may have gone while we looked at the others.
                                    if (!Faults.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
                                        throw e;
                                    }
                                } finally {
                                    domain.free();
                                }
                            }
                            return true;
                        });
    }

    /** Most have none, and reading XML takes the processors that a guest is starting on. */
    private boolean mayHaveVolumes(String definition) {
        return definition.contains(folder) || definition.contains(BLOCKS);
    }

    /** The volumes that a domain has now, and where. */
    Map<UUID, String> targets(Domain domain) throws LibvirtException {
        return targets(domain, Definition.CURRENT);
    }

    /** The volumes that a domain has now, by their places; none when the domain is gone. */
    Map<String, UUID> byPlace(UUID domain) throws HypervisorFault {
        return connection.call(
                "volumes",
                connect -> {
                    try {
                        var found = connect.domainLookupByUUID(domain);
                        try {
                            return targets(found).entrySet().stream()
                                    .collect(
                                            Collectors.toMap(
                                                    Map.Entry::getValue, Map.Entry::getKey));
                        } finally {
                            found.free();
                        }
                    } catch (LibvirtException e) {
                        if (!Faults.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
                            throw e;
                        }
                        return Map.of();
                    }
                });
    }

    /** The volumes of a definition, and where. */
    private Map<UUID, String> targets(Domain domain, Definition definition)
            throws LibvirtException {
        String text = domain.getXMLDesc(definition.shown);
        if (!mayHaveVolumes(text)) {
            return Map.of();
        }
        var targets = new HashMap<UUID, String>();
        var root = UUID.fromString(domain.getUUIDString());
        disks(text, root).forEach((id, disk) -> targets.put(id, disk.target()));
        targets.remove(root);
        return targets;
    }

    /** The disks of a definition: volumes by their ids, and the root disk by its domain's. */
    private Map<UUID, DomainDisk> disks(String definition, UUID root) {
        var disks = new HashMap<UUID, DomainDisk>();
        for (DomainDisk disk : DomainDisk.of(definition)) {
            for (DiskSource source : disk.sources()) {
                paths.volumeAt(source).ifPresent(volume -> disks.put(volume, disk));
                if (source.equals(new DiskSource.File(layout.disk(root)))) {
                    disks.put(root, disk);
                }
            }
        }
        return disks;
    }

    /** By whichever disks, in both definitions. */
    private static Set<String> takenTargets(Domain domain) throws LibvirtException {
        return Stream.of(
                        domain.getXMLDesc(Definition.NEXT.shown),
                        domain.getXMLDesc(Definition.CURRENT.shown))
                .flatMap(definition -> DomainDisk.of(definition).stream())
                .map(DomainDisk::target)
                .collect(Collectors.toSet());
    }

    interface Question<T> {
        T of(Domain domain) throws LibvirtException;
    }

    <T> T onDomain(UUID id, Question<T> question) throws HypervisorFault {
        return connection.call(
                "volumes",
                connect -> {
                    var domain = connect.domainLookupByUUID(id);
                    try {
                        return question.of(domain);
                    } finally {
                        domain.free();
                    }
                });
    }
}
