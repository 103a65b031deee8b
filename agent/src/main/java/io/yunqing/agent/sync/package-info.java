/**
 * Makes the host be what the controller wants.
 *
 * <p>Flow: {@link io.yunqing.agent.sync.HostReconciler} keeps the levels heard from the controller and, in {@code
 * Sight}, what the hypervisor shows; after each change it asks {@link io.yunqing.agent.sync.HostPlan}, a pure function,
 * what to do for each instance, and runs the steps on the {@link io.yunqing.agent.sync.Lanes}. {@code VolumeKeeper} does
 * likewise for volumes, with {@code VolumeSight} and {@code VolumePlan}; {@code Attachments} is where the two meet. What the
 * host now is goes out as a {@link io.yunqing.agent.sync.HostView}.
 *
 * <p>Must stay true: one step at a time for one instance and for one volume; nothing is changed unless a complete inventory stands; domains
 * that are not ours, of a later epoch, or not named by the controller are reported and left alone; only a tombstone
 * removes; a volume is never given to two domains, erased under one, or made anew.
 */
@NullMarked
package io.yunqing.agent.sync;

import org.jspecify.annotations.NullMarked;
