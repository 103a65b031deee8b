package io.yunqing.controller.tenancy;

import io.yunqing.api.TenantSpec;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "tenant")
public class TenantRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public TenantSpec spec;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "application_id")
    public ApplicationRow application;
}
