/**
 * The capacity book: who gives capacity (providers), who may take how much (limits), who took it (allocations).
 *
 * <p>Only this package writes its tables. What is used is kept by triggers on the allocations; see the migration {@code
 * V4__ledger_by_position.sql}. Every method works inside the caller's transaction. Owners are locked first, then those above
 * them, then providers, each by id, so that two allocations never wait for each other in a circle.
 */
package io.yunqing.controller.ledger;
