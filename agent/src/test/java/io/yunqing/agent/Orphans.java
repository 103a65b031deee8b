package io.yunqing.agent;

import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.OrphanKind;
import java.util.UUID;

/** Orphans, and what operators ask of them, for tests. */
public final class Orphans {

    private Orphans() {}

    public static OrphanKey domain(UUID id) {
        return new OrphanKey(OrphanKind.DOMAIN, id.toString());
    }

    public static OrphanKey files(UUID instance) {
        return new OrphanKey(OrphanKind.INSTANCE_FILES, "instances/" + instance);
    }

    public static OrphanKey volume(UUID id) {
        return new OrphanKey(OrphanKind.VOLUME, "volumes/" + id + ".qcow2");
    }

    public static OrphanDesired quarantined(OrphanKey orphan) {
        return new OrphanDesired(orphan, 1, true, false);
    }

    public static OrphanDesired released(OrphanKey orphan) {
        return new OrphanDesired(orphan, 2, false, false);
    }

    public static OrphanDesired deleted(OrphanKey orphan) {
        return new OrphanDesired(orphan, 3, true, true);
    }

    /** A domain that Yunqing did not make. */
    public static String definition(UUID id) {
        return """
        <domain type='qemu'><name>legacy</name><uuid>%s</uuid><memory unit='MiB'>32</memory>
        <os><type arch='x86_64' machine='q35'>hvm</type></os></domain>
        """
                .formatted(id);
    }
}
