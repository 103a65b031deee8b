package io.yunqing.controller.storage;

import io.yunqing.api.ImageSpec;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "image")
public class ImageRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public ImageSpec spec;
}
