/**
 * The serial console of an instance, used by one at a time: two WebSockets, joined by the replica that the user reached.
 *
 * <p>The host's agent is told of a session by what its host should be, as it is told of everything, and comes to the replica
 * that holds the user's end. A session's row says that it is there; whoever deletes the row tells its end, in one transaction.
 */
package io.yunqing.controller.console;
