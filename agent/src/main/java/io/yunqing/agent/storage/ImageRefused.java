package io.yunqing.agent.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An image is not what was promised, or not fit to be kept: trying again is of no use unless the image changes. */
final class ImageRefused extends IOException {

    private static final long serialVersionUID = 1L;

    ImageRefused(String message) {
        this(message, null);
    }

    ImageRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
