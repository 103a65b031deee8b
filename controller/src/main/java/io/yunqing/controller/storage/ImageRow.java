package io.yunqing.controller.storage;

import io.yunqing.api.ImageSpec;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "image")
public class ImageRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public ImageSpec spec;

    /** How many bytes were uploaded; null until all are there, and of an image with a URL. */
    @Column(name = "content_bytes")
    public Long contentBytes;

    /** Whether hosts can get it. */
    public boolean isReady() {
        return spec.url() != null || contentBytes != null;
    }
}
