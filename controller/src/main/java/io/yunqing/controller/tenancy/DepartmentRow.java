package io.yunqing.controller.tenancy;

import io.yunqing.api.DepartmentSpec;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "department")
public class DepartmentRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public DepartmentSpec spec;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "parent_id")
    public DepartmentRow parent;
}
