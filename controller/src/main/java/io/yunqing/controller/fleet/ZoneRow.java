package io.yunqing.controller.fleet;

import io.yunqing.api.ZoneSpec;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "zone")
public class ZoneRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public ZoneSpec spec;
}
