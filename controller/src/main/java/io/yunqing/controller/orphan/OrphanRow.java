package io.yunqing.controller.orphan;

import io.yunqing.api.agent.OrphanKind;
import io.yunqing.api.agent.OrphanObserved;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.ResourceRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** An orphan: what is to become of it, and what its host last saw of it, which only its reports write. */
@Entity
@Table(name = "orphan")
public class OrphanRow extends ResourceRow {
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "host_id", updatable = false)
    public HostRow host;

    @Enumerated(EnumType.STRING)
    @Column(updatable = false)
    public OrphanKind type;

    @Column(updatable = false)
    public String place;

    public boolean quarantined;

    public boolean deleted;

    /** The host's revision at which this last changed. */
    @Column(name = "host_revision")
    public long hostRevision;

    /** Written by what its host says alone. */
    @JdbcTypeCode(SqlTypes.JSON)
    @Column(updatable = false)
    public OrphanObserved observed;

    /** Whose it would be by its id: an instance's, or a volume's. */
    Optional<UUID> claimed() {
        Matcher found = UUID_TEXT.matcher(place);
        return found.find() ? Optional.of(UUID.fromString(found.group())) : Optional.empty();
    }
}
