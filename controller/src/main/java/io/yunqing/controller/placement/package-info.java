/**
 * Chooses a host. Pure: a view of the fleet and a request in, a decision with its reasons out; no clock, no database, no
 * framework. The ledger has the last word, so a view may be stale without harm.
 */
@NullMarked
package io.yunqing.controller.placement;

import org.jspecify.annotations.NullMarked;
