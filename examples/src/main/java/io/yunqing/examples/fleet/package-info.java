/**
 * A cloud of thousands of hosts on one machine: the packaged controller as a process, and in this one an agent for each host,
 * made of the agent's own classes over a simulated hypervisor.
 *
 * <p>Flow: {@link io.yunqing.examples.fleet.Centre} runs the controller and asks what it costs; {@link
 * io.yunqing.examples.fleet.Fleet} makes hosts over REST, lets a {@link io.yunqing.examples.fleet.SimulatedAgent} enrol for
 * each, and asks for instances; {@link io.yunqing.examples.fleet.Tally} counts and times what the agents see.
 *
 * <p>Must stay true: an agent here differs from a real one in its threads, its sockets and its hypervisor, and in nothing
 * else; every time that is told was taken by one clock in this process.
 */
@NullMarked
package io.yunqing.examples.fleet;

import org.jspecify.annotations.NullMarked;
