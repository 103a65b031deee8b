package io.yunqing.controller.compute;

import io.yunqing.api.FlavorSpec;
import io.yunqing.controller.platform.ResourceRow;
import io.yunqing.controller.storage.TierRow;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "flavor")
public class FlavorRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public FlavorSpec spec;

    /** Of which root disks are volumes; null when they are in their hosts' own pools. */
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "tier_id", updatable = false)
    public TierRow tier;

    /** Whether its instances have volumes as root disks. */
    boolean hasRootVolumes() {
        return tier != null;
    }
}
