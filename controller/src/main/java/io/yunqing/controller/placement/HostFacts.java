package io.yunqing.controller.placement;

/**
 * All that the view is told of a host.
 *
 * @param reporting whether its agent is heard on time
 * @param schedulable whether operators let new instances come to it
 * @param limits what it may promise
 * @param used what it has promised; may be more than its limits, which then take nothing new
 */
public record HostFacts(
        Host host, boolean reporting, boolean schedulable, Amounts limits, Amounts used) {}
