package io.yunqing.controller.compute;

import io.yunqing.api.Instance;
import io.yunqing.controller.compute.Catalog.FlavorEntry;
import io.yunqing.controller.compute.Catalog.ImageEntry;
import java.util.UUID;

/**
 * An instance that is asked for.
 *
 * @param id which it will have
 * @param asked as it was sent
 */
record Wish(UUID id, Instance asked, FlavorEntry flavor, ImageEntry image) {
    String name() {
        return asked.metadata().name();
    }
}
