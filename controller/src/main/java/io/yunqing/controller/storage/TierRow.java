package io.yunqing.controller.storage;

import io.yunqing.api.TierSpec;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "tier")
public class TierRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public TierSpec spec;
}
