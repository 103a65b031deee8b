package io.yunqing.controller.volume;

import io.yunqing.api.VolumeSpec;
import io.yunqing.api.WipePolicy;
import io.yunqing.controller.compute.InstanceRow;
import io.yunqing.controller.compute.Requests;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.ResourceRow;
import io.yunqing.controller.pool.PoolRow;
import io.yunqing.controller.storage.TierRow;
import io.yunqing.controller.tenancy.TenantRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.Map;
import java.util.UUID;

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

    /** What is promised of it; null when nothing is. */
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "tier_id")
    public TierRow tier;

    /** In which it is; in its host's own when null. */
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "pool_id", updatable = false)
    public PoolRow pool;

    /** Which it is to become a copy of; null once its host has said that it is one. Cleared by that alone. */
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "source_id")
    public VolumeRow source;

    /** The name that the source had; null when it began empty. */
    @Column(name = "copy_of")
    public String copyOf;

    /** Which it is to be made from; null once its host has said that it is. Cleared by that alone. */
    @Column(name = "backup_id")
    public UUID backup;

    /** The name that the backup had; null when it was made from none. */
    @Column(name = "from_backup", updatable = false)
    public String fromBackup;

    /** How often its content was to be replaced by a copy. */
    public int restore;

    /** Whether it is the root disk of its instance, with which it is made and goes. */
    @Column(insertable = false, updatable = false)
    public boolean root;

    /** Whether it is only kept. */
    @Column(updatable = false)
    public boolean snapshot;

    /** Those of one are copied as they are at the same instant; null when it is copied by itself. */
    @Column(updatable = false)
    public UUID moment;

    @Column(name = "size_gib")
    public int sizeGiB;

    /** The host's revision at which this last changed. */
    @Column(name = "host_revision")
    public long hostRevision;

    /** The host's revision at which it was last taken from an instance, or from another host. */
    @Column(name = "detach_revision")
    public long detachRevision;

    /** Written by what its host says alone. */
    @Column(updatable = false)
    public boolean made;

    public boolean deleted;

    /** How it is to be overwritten before it is gone; null once its host has said that it is. Cleared by that alone. */
    @Enumerated(EnumType.STRING)
    public WipePolicy wipe;

    @Column(name = "deletion_protection")
    public boolean deletionProtection;

    @Override
    public String tenantName() {
        return tenant.name;
    }

    VolumeSpec spec() {
        return new VolumeSpec(
                sizeGiB,
                instance == null ? null : instance.name,
                deletionProtection ? true : null,
                copyOf,
                restore == 0 ? null : restore,
                snapshot ? true : null,
                fromBackup,
                tier == null ? null : tier.name);
    }

    /** Whether it is a file, of which copies, snapshots and backups are made. */
    public boolean isFile() {
        return pool == null || pool.spec.type().keepsFiles();
    }

    /** Whether it waits for what is to be on it. */
    boolean isFilled() {
        return source != null || backup != null;
    }

    /** What it takes of its host or pool, by resource. */
    Map<String, Long> amounts() {
        return Requests.storage(sizeGiB);
    }
}
