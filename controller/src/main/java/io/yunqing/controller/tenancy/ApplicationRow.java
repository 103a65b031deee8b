package io.yunqing.controller.tenancy;

import io.yunqing.api.ApplicationSpec;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "application")
public class ApplicationRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public ApplicationSpec spec;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "department_id")
    public DepartmentRow department;
}
