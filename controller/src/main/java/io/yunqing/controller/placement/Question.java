package io.yunqing.controller.placement;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request without its groups.
 *
 * @param owner whose own hosts will do beside everybody's; nobody's when null
 */
record Question(@Nullable UUID owner, Where where, Shape shape) {
    static final Question NONE = new Question(null, Where.ANY, new Shape(Amounts.of(), false));

    Amounts amounts() {
        return shape.amounts();
    }
}
