package io.yunqing.controller.storage;

import io.yunqing.api.TierSpec;
import io.yunqing.controller.platform.ResourceRow;
import io.yunqing.controller.pool.PoolRow;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "tier")
public class TierRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public TierSpec spec;

    /** In which its volumes are kept; in their hosts' own when null. */
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "pool_id", updatable = false)
    public PoolRow pool;
}
