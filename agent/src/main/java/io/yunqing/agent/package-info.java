/**
 * The hands of Yunqing: one agent per host makes its libvirt be what the controller wants.
 *
 * <p>{@link io.yunqing.agent.Main} is the program, {@link io.yunqing.agent.Agent} puts the parts together: {@code link}
 * (the controller), {@code sync} (the plan and the lanes), {@code hypervisor} (the seam) and {@code libvirt}, {@code
 * domain}, {@code storage} and {@code seed} behind it.
 *
 * <p>Must stay true: instances do not need the agent; it may be killed at any moment, and the next one goes on.
 */
@NullMarked
package io.yunqing.agent;

import org.jspecify.annotations.NullMarked;
