package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.DomainMetadata;
import io.yunqing.agent.domain.DomainRoom;
import io.yunqing.agent.domain.DomainXml;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedDomain;
import io.yunqing.agent.lease.RunningGuests;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceSize;
import io.yunqing.api.agent.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StateWithReason;

/** libvirt's domains: what they are, and the steps that take each where it should be. */
final class Domains {

    private static final int METADATA_ELEMENT = 2;
    private static final int AFFECT_LIVE = 1;
    private static final int AFFECT_CONFIG = 2;

    /** Whatever libvirt keeps besides the definition goes too: saved state, snapshots, NVRAM, checkpoints. */
    private static final int UNDEFINE_ALL = 1 | 2 | 4 | 16;

    private final LibvirtConnection connection;
    private final DomainXml xml;
    private final VolumeDisks disks;
    private final RunningGuests guests;

    Domains(LibvirtConnection connection, DomainXml xml, VolumeDisks disks, RunningGuests guests) {
        this.connection = connection;
        this.xml = xml;
        this.disks = disks;
        this.guests = guests;
    }

    List<ObservedDomain> all() throws HypervisorFault {
        var running = guests.now();
        var named =
                connection.call(
                        "list domains",
                        connect -> {
                            var seen = new ArrayList<ObservedDomain>();
                            for (Domain domain : connect.listAllDomains(0)) {
                                try {
                                    seen.add(observe(domain));
                                } catch (LibvirtException e) {
                                    // It may have gone while we looked at the others.
                                    if (!Faults.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
                                        throw e;
                                    }
                                } finally {
                                    domain.free();
                                }
                            }
                            return List.copyOf(seen);
                        });
        guests.requireNamed(running, named.stream().map(ObservedDomain::id).toList());
        return named;
    }

    Optional<ObservedDomain> find(UUID id) throws HypervisorFault {
        var running = guests.now();
        running.keySet().retainAll(Set.of(id));
        Optional<ObservedDomain> found =
                connection.call(
                        "look at domain " + id,
                        connect -> {
                            var domain = lookup(connect, id);
                            if (domain == null) {
                                return Optional.empty();
                            }
                            try {
                                return Optional.of(observe(domain));
                            } catch (LibvirtException e) {
                                if (Faults.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
                                    return Optional.empty();
                                }
                                throw e;
                            } finally {
                                domain.free();
                            }
                        });
        guests.requireNamed(running, found.isPresent() ? Set.of(id) : Set.of());
        return found;
    }

    private ObservedDomain observe(Domain domain) throws LibvirtException {
        var id = UUID.fromString(domain.getUUIDString());
        var now = StateWithReason.of(domain);
        var written = metadata(domain);
        // Copied metadata does not make a domain ours: it must name the domain that it stands in.
        var ours = written != null && written.id().equals(id) ? written : null;
        var info = domain.getInfo();
        String definition = domain.getXMLDesc(0);
        var held = disks.of(id, definition);
        long memoryMiB = info.maxMem >> 10;
        return new ObservedDomain(
                id,
                domain.getName(),
                ours != null,
                ours == null ? 0 : ours.epoch(),
                ours == null ? 0 : ours.boot(),
                info.nrVirtCpu,
                memoryMiB,
                held.volumes(),
                States.state(now),
                States.reason(now),
                held.limits(),
                ours == null ? Machine.PLAIN.word() : ours.machine(),
                DomainRoom.read(definition, new InstanceSize(info.nrVirtCpu, memoryMiB)));
    }

    private static @Nullable DomainMetadata metadata(Domain domain) throws LibvirtException {
        try {
            return DomainMetadata.parse(
                    domain.getMetadata(METADATA_ELEMENT, DomainMetadata.NAMESPACE, 0));
        } catch (LibvirtException e) {
            if (Faults.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN_METADATA)) {
                return null;
            }
            throw e;
        }
    }

    void define(InstanceDesired instance) throws HypervisorFault {
        String definition;
        try {
            definition = xml.domain(instance);
        } catch (IllegalArgumentException e) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.REFUSED, String.valueOf(e.getMessage()), e);
        }
        connection.call(
                "define",
                connect -> {
                    var domain = lookup(connect, instance.id());
                    if (domain == null) {
                        return connect.domainDefineXML(definition).free();
                    }
                    try {
                        if (domain.isActive() != 1) {
                            return connect.domainDefineXML(definition).free();
                        }
                        // Only what says whose it is: a definition that runs is not changed behind
                        // the guest's back.
                        var before = metadata(domain);
                        domain.setMetadata(
                                METADATA_ELEMENT,
                                xml.metadata(
                                        instance,
                                        before == null
                                                ? DomainMetadata.none(instance.id())
                                                : before),
                                DomainMetadata.PREFIX,
                                DomainMetadata.NAMESPACE,
                                AFFECT_LIVE | AFFECT_CONFIG);
                        return 0;
                    } finally {
                        domain.free();
                    }
                });
    }

    void enlarge(InstanceDesired instance) throws HypervisorFault {
        change(
                "enlarge",
                instance.id(),
                domain -> {
                    var has = domain.getInfo();
                    if (has.nrVirtCpu < instance.vcpus()) {
                        domain.setVcpusFlags(instance.vcpus(), AFFECT_LIVE);
                    }
                    long more = instance.memoryMiB() - (has.maxMem >> 10);
                    if (more > 0) {
                        domain.attachDeviceFlags(xml.memory(more), AFFECT_LIVE);
                    }
                });
    }

    void start(UUID id) throws HypervisorFault {
        start(id, Domain.CreateFlags.NONE);
    }

    void startPaused(UUID id) throws HypervisorFault {
        start(id, Domain.CreateFlags.PAUSED);
    }

    private void start(UUID id, int flags) throws HypervisorFault {
        change(
                "start",
                id,
                domain -> {
                    if (domain.isActive() != 1) {
                        domain.create(flags);
                    }
                });
    }

    void shutdown(UUID id) throws HypervisorFault {
        change(
                "shutdown",
                id,
                domain -> {
                    if (domain.isActive() == 1) {
                        domain.shutdown();
                    }
                });
    }

    void pause(UUID id) throws HypervisorFault {
        change(
                "pause",
                id,
                domain -> {
                    if (States.state(StateWithReason.of(domain)) == DomainState.RUNNING) {
                        domain.suspend();
                    }
                });
    }

    void resume(UUID id) throws HypervisorFault {
        change(
                "resume",
                id,
                domain -> {
                    if (States.state(StateWithReason.of(domain)) == DomainState.PAUSED) {
                        domain.resume();
                    }
                });
    }

    void powerOff(UUID id) throws HypervisorFault {
        change(
                "power-off",
                id,
                domain -> {
                    if (domain.isActive() == 1) {
                        domain.destroy();
                    }
                });
    }

    void undefine(UUID id) throws HypervisorFault {
        connection.call(
                "undefine",
                connect -> {
                    var domain = lookup(connect, id);
                    if (domain == null) {
                        return false;
                    }
                    try {
                        domain.undefine(UNDEFINE_ALL);
                        return true;
                    } finally {
                        domain.free();
                    }
                });
    }

    boolean isOn(UUID id) throws HypervisorFault {
        return connection.call(
                "look at domain " + id,
                connect -> {
                    var domain = lookup(connect, id);
                    if (domain == null) {
                        return false;
                    }
                    try {
                        return domain.isActive() == 1;
                    } finally {
                        domain.free();
                    }
                });
    }

    private interface Change {
        void on(Domain domain) throws LibvirtException;
    }

    private void change(String what, UUID id, Change change) throws HypervisorFault {
        connection.call(
                what,
                connect -> {
                    var domain = connect.domainLookupByUUID(id);
                    try {
                        change.on(domain);
                        return true;
                    } finally {
                        domain.free();
                    }
                });
    }

    static @Nullable Domain lookup(Connect connect, UUID id) throws LibvirtException {
        try {
            return connect.domainLookupByUUID(id);
        } catch (LibvirtException e) {
            if (Faults.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
                return null;
            }
            throw e;
        }
    }
}
