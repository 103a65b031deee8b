/**
 * The protocol between a host's agent and the controller: JSON over HTTP with mutual TLS, the agent always calls.
 *
 * <p>It carries levels, not commands: the controller says what the host should be ({@link
 * io.yunqing.api.agent.HostDesired}), the agent says what the host is ({@link io.yunqing.api.agent.HostObserved}).
 * Either message may be lost, repeated or late without harm. Fields are only ever added, and both sides ignore fields
 * they do not know, so that a controller serves agents of its own and the previous version.
 */
@NullMarked
package io.yunqing.api.agent;

import org.jspecify.annotations.NullMarked;
