package io.yunqing.controller.compute;

import io.yunqing.api.FlavorSpec;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "flavor")
public class FlavorRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public FlavorSpec spec;
}
