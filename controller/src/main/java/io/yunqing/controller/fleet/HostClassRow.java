package io.yunqing.controller.fleet;

import io.yunqing.api.HostClassSpec;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "host_class")
public class HostClassRow extends ResourceRow {
    /** The class of hosts that name none. It comes with the schema, and stays. */
    static final String STANDARD = "standard";

    @JdbcTypeCode(SqlTypes.JSON)
    public HostClassSpec spec;
}
