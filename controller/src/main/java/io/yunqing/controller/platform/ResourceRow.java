package io.yunqing.controller.platform;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import io.yunqing.api.Kind;
import io.yunqing.api.Metadata;
import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** The columns every resource has. {@code name} never changes; {@code revision} grows with every change. */
@MappedSuperclass
public abstract class ResourceRow extends PanacheEntityBase {
    @Id public UUID id;

    @Column(updatable = false)
    public String name;

    public long revision;

    @Column(updatable = false)
    public Instant created;

    @JdbcTypeCode(SqlTypes.JSON)
    public Map<String, String> labels;

    /** The tenant that scopes the name, or null. */
    public String tenantName() {
        return null;
    }

    /** The wire form of these columns. */
    public Metadata metadata() {
        return new Metadata(
                name, tenantName(), id, revision, created, labels.isEmpty() ? null : labels);
    }

    /** Tells everybody, within the transaction, that something of this row changed. */
    public Change changed(Kind kind, String type, String message) {
        return new Change(kind, tenantName(), name, id, type, message, revision);
    }
}
