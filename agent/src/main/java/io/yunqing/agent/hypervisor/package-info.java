/**
 * The seam to a hypervisor, in terms of instances and volumes, and its faults by kind.
 *
 * <p>It is narrow so that a simulated host can stand behind it by the thousand, and honest so that the simulation is
 * worth something: what cannot be seen is a fault, never an empty answer.
 */
@NullMarked
package io.yunqing.agent.hypervisor;

import org.jspecify.annotations.NullMarked;
