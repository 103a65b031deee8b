package io.yunqing.controller.volume;

import io.yunqing.api.VolumeSpec;
import io.yunqing.controller.compute.InstanceRow;
import io.yunqing.controller.compute.Requests;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.ResourceRow;
import io.yunqing.controller.tenancy.TenantRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.Map;

/** What a volume should be, and where. Its row goes when its host has confirmed that nothing of it is left. */
@Entity
@Table(name = "volume")
public class VolumeRow extends ResourceRow {
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "tenant_id")
    public TenantRow tenant;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "host_id")
    public HostRow host;

    /** Which it is to be attached to; none when null. */
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "instance_id")
    public InstanceRow instance;

    @Column(name = "size_gib")
    public int sizeGiB;

    /** The host's revision at which this last changed. */
    @Column(name = "host_revision")
    public long hostRevision;

    /** Written by what its host says alone. */
    @Column(updatable = false)
    public boolean made;

    public boolean deleted;

    @Column(name = "deletion_protection")
    public boolean deletionProtection;

    @Override
    public String tenantName() {
        return tenant.name;
    }

    VolumeSpec spec() {
        return new VolumeSpec(
                sizeGiB, instance == null ? null : instance.name, deletionProtection ? true : null);
    }

    /** What it takes of its host, by resource. */
    Map<String, Long> amounts() {
        return Requests.storage(sizeGiB);
    }
}
