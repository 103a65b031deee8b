package io.yunqing.controller.backup;

import io.yunqing.api.RepositorySpec;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "repository")
public class RepositoryRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public RepositorySpec spec;
}
