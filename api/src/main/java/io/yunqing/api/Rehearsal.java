package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What would become of instances if their hosts were lost; nothing touched. */
public final class Rehearsal {
    private Rehearsal() {}

    /**
     * What is lost: a host, a zone, or a rack of a zone.
     *
     * @param host by itself
     * @param zone all of it, or with {@code rack} that rack
     * @param environment only instances of such tenants look for another host; all when absent
     * @param most how many instances the answer names; 200 when absent
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Request(
            @Nullable String host,
            @Nullable String zone,
            @Nullable String rack,
            @Nullable Environment environment,
            @Nullable @Min(0) @Max(10_000) Integer most) {}

    /**
     * What became of them.
     *
     * @param scope {@code host}, {@code rack} or {@code zone}
     * @param name the host's, the zone's, or zone and rack
     * @param lostHosts how many hosts are lost
     * @param environments what became of whose instances, the most urgent first; those without any are left out
     * @param instances those for which there is no host, then the others, each in the order in which they look for one
     * @param leftOut how many more there are
     */
    public record Answer(
            String scope,
            String name,
            int lostHosts,
            List<Sum> environments,
            List<Fate> instances,
            int leftOut) {}

    /**
     * The instances of an environment's tenants.
     *
     * @param displaced how many were on what is lost
     * @param homeless how many of them find no host
     * @param localGiB what of their disks is in their hosts' own pools, and lost with them but for what is backed up
     */
    public record Sum(Environment environment, int displaced, int homeless, long localGiB) {}

    /**
     * An instance that was on what is lost.
     *
     * @param from the host where it is
     * @param to the host that has room for it; absent when none has
     * @param localGiB what of its disks is in its host's own pools
     * @param refusal why no host will do; absent when one does
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Fate(
            String tenant,
            Environment environment,
            String instance,
            String from,
            @Nullable String to,
            long localGiB,
            @Nullable PlacementExplanation refusal) {}
}
