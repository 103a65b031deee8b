package io.yunqing.controller.placement;

import org.jspecify.annotations.Nullable;

/**
 * All that the view is told of a host.
 *
 * @param reporting whether its agent is heard on time
 * @param schedulable whether operators let new instances come to it
 * @param limits what it may promise
 * @param used what it has promised; may be more than its limits, which then take nothing new
 * @param thin why less of its storage may be promised than by its terms, and what to do, in words; null when that is not so
 */
public record HostFacts(
        Host host,
        boolean reporting,
        boolean schedulable,
        Amounts limits,
        Amounts used,
        @Nullable String thin) {

    /** A host that may promise what its terms allow. */
    public HostFacts(
            Host host, boolean reporting, boolean schedulable, Amounts limits, Amounts used) {
        this(host, reporting, schedulable, limits, used, null);
    }
}
