/**
 * What may run only while the controller hears this host: instances that it starts on another one when it has proof that they have
 * ended here. The proof is the end of a lease, so a process of its own, the guard, ends them when the lease does, whether or not
 * the agent is there to see it.
 */
@NullMarked
package io.yunqing.agent.lease;

import org.jspecify.annotations.NullMarked;
