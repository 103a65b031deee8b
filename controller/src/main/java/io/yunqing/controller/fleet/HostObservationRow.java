package io.yunqing.controller.fleet;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import io.yunqing.api.HostInventory;
import io.yunqing.api.HostState;
import io.yunqing.api.UnknownDomain;
import io.yunqing.api.agent.HostObserved.Lane;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** What a host's agent last said, and by which key it may speak. */
@Entity
@Table(name = "host_observation")
public class HostObservationRow extends PanacheEntityBase {
    @Id
    @Column(name = "host_id")
    public UUID hostId;

    /** Digest of the join token's secret; null when none was given out. */
    @Column(name = "token_sha256")
    public byte[] tokenSha256;

    @Column(name = "token_expires")
    public Instant tokenExpires;

    /** The key that used the token first and alone may use it again. */
    @Column(name = "token_key_sha256")
    public String tokenKeySha256;

    /** The public key whose certificates speak for this host; null before an agent enrolled. */
    @Column(name = "key_sha256")
    public String keySha256;

    /** When the last certificate for that key ends; null when none was given since this is kept. */
    @Column(name = "certificate_ends")
    public Instant certificateEnds;

    @Column(name = "agent_start")
    public UUID agentStart;

    /** The start before this one, so that a late report of it is known as such. */
    @Column(name = "superseded_start")
    public UUID supersededStart;

    @Column(name = "boot_id")
    public String bootId;

    public Long sequence;

    /** By the controller's clock; null before the first report. */
    @Column(name = "received_at")
    public Instant receivedAt;

    /** Whether the last report came from a complete inventory. */
    public boolean complete;

    @Column(name = "unobserved_reason")
    public String unobservedReason;

    /** When it last reported what it sees of its domains, while it does not; null while it does. */
    @Column(name = "unseen_since")
    public Instant unseenSince;

    @Column(name = "applied_revision")
    public long appliedRevision;

    @JdbcTypeCode(SqlTypes.JSON)
    public HostInventory inventory;

    /** When the numbers of its pools last came, by the controller's clock; null when that was not noted. */
    @Column(name = "measured_at")
    public Instant measuredAt;

    @Column(name = "unknown_domains")
    @JdbcTypeCode(SqlTypes.JSON)
    public List<UnknownDomain> unknownDomains;

    @JdbcTypeCode(SqlTypes.JSON)
    public List<Lane> lanes;

    /** Why its ends of networks are not as they should be; null when they are. */
    @Column(name = "network_fault")
    public String networkFault;

    /** The proof that holds of it; none while it is heard. Written by whoever makes or ends one. */
    @Column(name = "fence_id", insertable = false, updatable = false)
    public UUID fence;

    /** The state that was last told to everybody. */
    @Column(name = "announced_state")
    @Enumerated(EnumType.STRING)
    public HostState announcedState;

    static HostObservationRow unseen(UUID host) {
        HostObservationRow row = new HostObservationRow();
        row.hostId = host;
        row.unknownDomains = List.of();
        row.lanes = List.of();
        return row;
    }
}
