package io.yunqing.controller.backup;

import io.yunqing.api.BackupSpec;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.ResourceRow;
import io.yunqing.controller.tenancy.TenantRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/**
 * What a backup should be, and what it is. Its row goes when a host has confirmed that nothing of it is left; what it is, once it is
 * made, is written by what its host says alone.
 */
@Entity
@Table(name = "backup")
public class BackupRow extends ResourceRow {
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "tenant_id")
    public TenantRow tenant;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "repository_id")
    public RepositoryRow repository;

    /** Which it is of, also when that is gone. */
    @Column(name = "volume_id", updatable = false)
    public UUID volumeId;

    /** The name that it had. */
    @Column(updatable = false)
    public String volume;

    @Column(name = "size_gib", updatable = false)
    public int sizeGiB;

    @Column(name = "wanted_full", updatable = false)
    public boolean wantedFull;

    @Column(name = "deletion_protection")
    public boolean deletionProtection;

    /** Which takes it, or has taken it, or is to remove it; null once that host is gone. */
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "host_id")
    public HostRow host;

    /** The host's revision at which this last changed. */
    @Column(name = "host_revision")
    public long hostRevision;

    /** On which it may build, and once it is made does; null when it is full. */
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "base_id", updatable = false)
    public BackupRow base;

    /** Why it is full though that was not asked for; null when it is not, or was. */
    @Column(name = "full_reason", updatable = false)
    public String fullReason;

    @Column(updatable = false)
    public boolean made;

    public boolean deleted;

    @Column(updatable = false)
    public Long bytes;

    @Column(updatable = false)
    public String sha256;

    @Column(name = "size_bytes", updatable = false)
    public Long sizeBytes;

    @Column(name = "taken_at", updatable = false)
    public Instant takenAt;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(updatable = false)
    public BackupObserved observed;

    @Override
    public String tenantName() {
        return tenant.name;
    }

    BackupSpec spec() {
        return new BackupSpec(
                volume,
                repository.name,
                wantedFull ? true : null,
                deletionProtection ? true : null);
    }
}
