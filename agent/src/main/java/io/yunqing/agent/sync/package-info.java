/**
 * Makes the host be what the controller wants.
 *
 * <p>Flow: {@link io.yunqing.agent.sync.HostReconciler} keeps the levels heard from the controller and, in {@code
 * Sight}, what the hypervisor shows; after each change it asks {@link io.yunqing.agent.sync.HostPlan}, a pure function,
 * what to do for each instance, and runs the steps on the {@link io.yunqing.agent.sync.Lanes}. What the host now is goes
 * out as a {@link io.yunqing.agent.sync.HostView}.
 *
 * <p>Must stay true: one step at a time for one instance; nothing is changed unless a complete inventory stands; domains
 * that are not ours, of a later epoch, or not named by the controller are reported and left alone; only a tombstone
 * removes.
 */
@NullMarked
package io.yunqing.agent.sync;

import org.jspecify.annotations.NullMarked;
