package io.yunqing.controller.pool;

import io.yunqing.api.PoolSpec;
import io.yunqing.controller.fleet.ZoneRow;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "pool")
public class PoolRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public PoolSpec spec;

    /** Whose hosts have it; all hosts when null. */
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "zone_id")
    public ZoneRow zone;

    /** As the spec says it, for statements to read. */
    public boolean shared;
}
