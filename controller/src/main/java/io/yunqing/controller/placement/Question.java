package io.yunqing.controller.placement;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request without its groups.
 *
 * @param owner whose own hosts will do beside everybody's; nobody's when null
 */
record Question(@Nullable UUID owner, Where where, Shape shape) {
    Amounts amounts() {
        return shape.amounts();
    }
}
