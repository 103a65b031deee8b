/**
 * The agents' endpoint: enrolment, desired state out, observations in.
 *
 * <p>An agent is known by its client certificate: signed by this controller's authority, its common name a host's id, its
 * public key the one that host enrolled with. What it says is stored in the transaction that answers it; an instance that a
 * host confirms as removed gives its capacity back in that same transaction.
 */
package io.yunqing.controller.agentlink;
