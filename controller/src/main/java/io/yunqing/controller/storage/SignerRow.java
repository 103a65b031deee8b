package io.yunqing.controller.storage;

import io.yunqing.api.SignerSpec;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

@Entity
@Table(name = "signer")
public class SignerRow extends ResourceRow {
    @JdbcTypeCode(SqlTypes.JSON)
    public SignerSpec spec;

    /** The key in DER, as images refer to it. */
    @Column(name = "public_key")
    public byte[] publicKey;
}
