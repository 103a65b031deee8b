package io.yunqing.controller.fence;

import io.yunqing.api.FenceEvidence;
import io.yunqing.api.FencePhase;
import io.yunqing.api.FenceProof;
import io.yunqing.api.FenceSpec;
import io.yunqing.api.FenceStatus;
import io.yunqing.api.FenceStatus.Waiting;
import io.yunqing.api.agent.Stopped;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** The record of a proof. What came of it is written by statements of their own. */
@Entity
@Table(name = "fence")
public class FenceRow extends ResourceRow {
    public String host;

    @Enumerated(EnumType.STRING)
    public FenceProof proof;

    @JdbcTypeCode(SqlTypes.JSON)
    public FenceEvidence evidence;

    @Column(insertable = false, updatable = false)
    public int restarted;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(insertable = false, updatable = false)
    public List<Waiting> waiting;

    @Column(name = "returned_at", insertable = false, updatable = false)
    public Instant returnedAt;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(insertable = false, updatable = false)
    public Stopped stopped;

    FenceSpec spec() {
        return new FenceSpec(host, proof);
    }

    FenceStatus status() {
        return new FenceStatus(
                returnedAt == null ? FencePhase.FENCED : FencePhase.RETURNED,
                evidence,
                restarted,
                waiting == null ? List.of() : waiting,
                returnedAt,
                stopped);
    }
}
