package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.HostInventory;
import io.yunqing.api.UnknownDomain;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /agent/v1/observed}: what this host is.
 *
 * @param agentStart drawn anew at each start of the agent; tells two live agents with one identity apart
 * @param bootId the kernel's boot id: of two agents under one boot id the agent's own lock lets only one live
 * @param sequence counts this start's reports; one that arrives after a later one is dropped
 * @param appliedRevision the host revision the agent has last compared everything against
 * @param complete whether {@code instances} comes from a complete inventory over a live libvirt connection, so that an
 *     instance it does not name is proven absent. If not, only what it names is news
 * @param unobservedReason why the inventory is not complete, in libvirt's own words
 * @param observedAt when the inventory was taken, by the host's clock
 * @param volumes what was found of the desired volumes; absent when storage could not be looked at, and nothing is news then
 * @param orphans everything on the host that belongs to none of its instances and volumes; absent when that cannot be told
 * @param networkFault why the host's ends of tenants' networks are not as they should be, in the words of whoever refused; absent
 *     when they are
 * @param backups what became of the backups that the host has to do something about; absent when nothing is to be said of any
 * @param pools what was found of the pools beside the host's own; absent from an agent that does not know of them
 * @param fencing what happens to restartable instances when the lease ends; absent from an agent that does not know of leases, which ends
 *     none
 * @param inventory sent with an agent's first report and whenever it changes
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostObserved(
        @NotNull UUID agentStart,
        @NotNull String bootId,
        long sequence,
        long appliedRevision,
        boolean complete,
        @Nullable String unobservedReason,
        @NotNull Instant observedAt,
        @Nullable @Valid HostInventory inventory,
        @NotNull List<@NotNull @Valid InstanceObserved> instances,
        @NotNull List<@NotNull UnknownDomain> unknownDomains,
        @NotNull List<@NotNull Lane> lanes,
        @Nullable List<@NotNull @Valid VolumeObserved> volumes,
        @Nullable List<@NotNull @Valid OrphanObserved> orphans,
        @Nullable String networkFault,
        @Nullable List<@NotNull @Valid BackupObserved> backups,
        @Nullable List<@NotNull @Valid PoolObserved> pools,
        @Nullable @Valid Fencing fencing) {

    /** How many orphans are where they were found; null when it cannot be told. */
    public @Nullable Integer orphansInPlace() {
        return orphans == null
                ? null
                : (int) orphans.stream().filter(orphan -> !orphan.quarantined()).count();
    }

    /**
     * A bounded pool of the agent's and what it is busy with.
     *
     * @param oldest what its longest-running task does; absent when idle
     * @param oldestSeconds for how long
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Lane(
            String name, int busy, int queued, @Nullable String oldest, long oldestSeconds) {}
}
