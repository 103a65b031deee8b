package io.yunqing.agent.lease;

import io.yunqing.api.agent.Stopped;
import java.io.IOException;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Ends instances when their time is over, whatever becomes of the agent. */
public interface Guard {

    /**
     * Says until when which instances may run, and which may not at all. When this returns, that is what will happen; what came to its
     * end before was ended before this is taken.
     *
     * @param until by {@link io.yunqing.agent.platform.Uptime}
     * @param forbidden which are ended whenever they run
     * @return which instances were ended last; absent when none ever were
     * @throws IOException if it cannot be known whether it will happen
     */
    @Nullable Stopped allow(long until, Set<UUID> instances, Set<UUID> forbidden)
            throws IOException;
}
