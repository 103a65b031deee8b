package io.yunqing.controller.compute;

import io.yunqing.api.PlacementGroupSpec;
import io.yunqing.controller.platform.ResourceRow;
import io.yunqing.controller.tenancy.TenantRow;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "placement_group")
public class PlacementGroupRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public PlacementGroupSpec spec;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "tenant_id")
    public TenantRow tenant;

    @Override
    public String tenantName() {
        return tenant.name;
    }
}
