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

    /** By a signer, over its bytes; null of an unsigned image. It is kept here and not in {@link #spec}. */
    public String signature;

    /** The signer's key that its signature was found to be made with; null of an unsigned image. */
    @Column(name = "signer_key")
    public byte[] signerKey;

    public boolean isSigned() {
        return signature != null;
    }

    /** Whether hosts can get it. */
    public boolean isReady() {
        return spec.url() != null || contentBytes != null;
    }
}
