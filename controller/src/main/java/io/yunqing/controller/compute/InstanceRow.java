package io.yunqing.controller.compute;

import io.yunqing.api.InstanceSpec;
import io.yunqing.api.OnHostLoss;
import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.Power;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.ResourceRow;
import io.yunqing.controller.storage.ImageRow;
import io.yunqing.controller.tenancy.TenantRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.Map;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** What an instance should be, and where. Its row goes when its host has confirmed that nothing of it is left. */
@Entity
@Table(name = "instance")
public class InstanceRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public InstanceSpec spec;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "tenant_id")
    public TenantRow tenant;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "flavor_id")
    public FlavorRow flavor;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "image_id")
    public ImageRow image;

    /** What it is started from instead of its root disk, or null. */
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "rescue_image_id")
    public ImageRow rescueImage;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "host_id")
    public HostRow host;

    /** Grows each time the instance is given a host. */
    public long epoch;

    /** The host's revision at which this last changed. */
    @Column(name = "host_revision")
    public long hostRevision;

    public boolean deleted;

    /** The revision of its host from which on it may be started on another one: 0 if it always might, null if it may not. */
    @Column(name = "restart_revision")
    public Long restartRevision;

    public int vcpus;

    @Column(name = "memory_mib")
    public int memoryMiB;

    @Column(name = "root_disk_gib")
    public int rootDiskGiB;

    public String mac;

    @JdbcTypeCode(SqlTypes.JSON)
    public PlacementExplanation placement;

    @Override
    public String tenantName() {
        return tenant.name;
    }

    public Power power() {
        return spec.powerOrDefault();
    }

    /** Whether it is to be started on another host when its own is lost. */
    boolean isToBeRestarted() {
        return spec.onHostLoss() == null
                ? flavor.hasRootVolumes()
                : spec.onHostLoss() == OnHostLoss.RESTART;
    }

    /** Whether it is in a network of its tenant, and not in its host's. */
    boolean networked() {
        return spec.network() != null;
    }

    InstanceLifecycle.Desired desired() {
        return new InstanceLifecycle.Desired(power(), spec.bootOrNone(), deleted);
    }

    /** What it takes of its host, by resource. */
    public Map<String, Long> amounts() {
        return Requests.amounts(vcpus, memoryMiB, rootDiskGiB, networked());
    }
}
