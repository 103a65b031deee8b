package io.yunqing.controller.ledger;

import io.yunqing.controller.placement.Amounts;
import java.util.UUID;

/**
 * What one consumer wants to hold of one provider, on an owner's account.
 *
 * @param consumer holds one allocation at most
 * @param amounts by position, see {@link ResourceKinds}
 */
public record Taking(UUID consumer, UUID owner, UUID provider, Amounts amounts) {}
