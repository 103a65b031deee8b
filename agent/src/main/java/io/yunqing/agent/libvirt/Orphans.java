package io.yunqing.agent.libvirt;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.storage.Quarantine;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.OrphanKind;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * Takes orphans out of use and back. Files are moved. Of a domain the definition is kept, and libvirt no longer has it; its disks
 * stay where they are.
 *
 * <p>What libvirt keeps of a domain besides the definition and the NVRAM (a saved state, snapshots) would be lost, so one that has
 * any is refused while it still runs.
 */
final class Orphans {

    /** Of virDomainUndefineFlags. */
    private static final int KEEP_NVRAM = 8;

    private static final int WHOLE_DEFINITION = Domain.XMLFlags.SECURE | Domain.XMLFlags.INACTIVE;

    private final LibvirtConnection connection;
    private final Quarantine quarantine;

    Orphans(LibvirtConnection connection, Quarantine quarantine) {
        this.connection = connection;
        this.quarantine = quarantine;
    }

    /**
     * @param kept what libvirt keeps of the domain that would be lost with its definition
     */
    private record Found(Quarantine.Note note, @Nullable String kept) {}

    void quarantine(OrphanKey orphan) throws HypervisorFault {
        if (orphan.kind() == OrphanKind.DOMAIN) {
            putAside(orphan);
        } else {
            quarantine.putAside(orphan);
        }
    }

    void release(OrphanKey orphan) throws HypervisorFault {
        if (orphan.kind() == OrphanKind.DOMAIN) {
            putBack(orphan);
        } else {
            quarantine.putBack(orphan);
        }
        quarantine.purge(orphan);
    }

    /** A domain that is not there was put aside already. */
    private void putAside(OrphanKey orphan) throws HypervisorFault {
        UUID id = id(orphan);
        var found = find(orphan, id);
        if (found.isEmpty()) {
            return;
        }
        var note = found.get().note();
        if (found.get().kept() != null) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.REFUSED,
                    "domain %s has %s, which would be lost with its definition; delete that with virsh first"
                            .formatted(note.name(), found.get().kept()));
        }
        quarantine.enter(note);
        remove(id);
    }

    private Optional<Found> find(OrphanKey orphan, UUID id) throws HypervisorFault {
        return connection.call(
                "look at domain " + id,
                connect -> {
                    var domain = Domains.lookup(connect, id);
                    if (domain == null) {
                        return Optional.empty();
                    }
                    try {
                        var note =
                                new Quarantine.Note(
                                        orphan,
                                        domain.getName(),
                                        domain.getXMLDesc(WHOLE_DEFINITION),
                                        domain.isPersistent() == 1 && domain.getAutostart());
                        return Optional.of(new Found(note, kept(domain)));
                    } finally {
                        domain.free();
                    }
                });
    }

    private static @Nullable String kept(Domain domain) throws LibvirtException {
        if (domain.snapshotNum() > 0) {
            return "snapshots";
        }
        return domain.hasManagedSaveImage() == 1 ? "a saved state" : null;
    }

    private void remove(UUID id) throws HypervisorFault {
        connection.call(
                "quarantine",
                connect -> {
                    var domain = Domains.lookup(connect, id);
                    if (domain == null) {
                        return false;
                    }
                    try {
                        boolean defined = domain.isPersistent() == 1;
                        if (domain.isActive() == 1) {
                            domain.destroy();
                        }
                        if (defined) {
                            domain.undefine(KEEP_NVRAM);
                        }
                        return true;
                    } finally {
                        domain.free();
                    }
                });
    }

    /** One that is defined already, and as it was, was put back; another one in its place is left alone. */
    private void putBack(OrphanKey orphan) throws HypervisorFault {
        UUID id = id(orphan);
        var kept = quarantine.note(orphan).orElse(null);
        if (kept == null || kept.definition() == null) {
            return;
        }
        var there = find(orphan, id).map(Found::note).map(Quarantine.Note::definition);
        if (there.isPresent() && !there.get().equals(kept.definition())) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.REFUSED,
                    "another domain has the UUID %s by now; it is left alone".formatted(id));
        }
        define(kept.definition(), kept.autostart());
    }

    private void define(String definition, boolean autostart) throws HypervisorFault {
        connection.call(
                "release",
                connect -> {
                    var domain = connect.domainDefineXML(definition);
                    try {
                        if (autostart) {
                            domain.setAutostart(true);
                        }
                        return true;
                    } finally {
                        domain.free();
                    }
                });
    }

    private static UUID id(OrphanKey orphan) throws HypervisorFault {
        try {
            return UUID.fromString(orphan.place());
        } catch (IllegalArgumentException e) {
            throw new HypervisorFault(
                    HypervisorFault.Kind.REFUSED, orphan.place() + " is no domain's UUID", e);
        }
    }
}
