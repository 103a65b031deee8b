package io.yunqing.controller.volume;

import io.yunqing.api.WipePhase;
import io.yunqing.api.WipePolicy;
import io.yunqing.api.WipeSpec;
import io.yunqing.api.WipeStatus;
import io.yunqing.api.agent.WipeObserved;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** The record of a volume, whose id it has, that was to be overwritten. */
@Entity
@Table(name = "wipe")
public class WipeRow extends ResourceRow {
    public String tenant;

    public String volume;

    public String host;

    @Column(name = "size_gib")
    public int sizeGiB;

    @Enumerated(EnumType.STRING)
    public WipePolicy method;

    /** Written by what its host says alone. */
    @JdbcTypeCode(SqlTypes.JSON)
    @Column(insertable = false, updatable = false)
    public WipeObserved evidence;

    /** Likewise. */
    @Column(insertable = false, updatable = false)
    public Instant removed;

    WipeSpec spec() {
        return new WipeSpec(tenant, volume, method);
    }

    WipeStatus status() {
        if (evidence == null) {
            return new WipeStatus(
                    phase(), host, sizeGiB, null, null, null, null, null, null, null, removed);
        }
        boolean finished = evidence.finished();
        return new WipeStatus(
                phase(),
                host,
                sizeGiB,
                evidence.startedAt(),
                evidence.bytes(),
                evidence.totalBytes(),
                evidence.finishedAt(),
                finished ? evidence.sampledBytes() : null,
                evidence.sampleSha256(),
                finished ? evidence.sampleDirect() : null,
                removed);
    }

    private WipePhase phase() {
        if (evidence != null && evidence.finished()) {
            return WipePhase.WIPED;
        }
        if (removed != null) {
            return WipePhase.UNPROVEN;
        }
        return evidence == null ? WipePhase.WAITING : WipePhase.WIPING;
    }
}
