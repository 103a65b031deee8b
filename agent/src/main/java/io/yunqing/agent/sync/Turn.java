package io.yunqing.agent.sync;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether it is an instance's turn to be started.
 *
 * @param behind the name of one that is started before it; absent when it is its turn
 * @param again when to ask again though nothing has changed
 */
public record Turn(@Nullable String behind, @Nullable Instant again) {

    public static final Turn NOW = new Turn(null, null);

    public boolean isNow() {
        return behind == null;
    }
}
