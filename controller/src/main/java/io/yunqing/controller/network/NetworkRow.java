package io.yunqing.controller.network;

import io.yunqing.api.NetworkSpec;
import io.yunqing.controller.platform.ResourceRow;
import io.yunqing.controller.tenancy.TenantRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "network")
public class NetworkRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public NetworkSpec spec;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "tenant_id")
    public TenantRow tenant;

    /** The number of its VXLAN. */
    @Column(updatable = false)
    public int vni;

    @Override
    public String tenantName() {
        return tenant.name;
    }
}
