package io.yunqing.agent.sync;

import io.yunqing.api.Fault;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What is desired and will not be done, and why.
 *
 * @param <K> by which those it is about are told apart
 */
final class Refusals<K> {

    private static final Logger LOG = Logger.getLogger(Refusals.class.getName());

    private final Map<K, Fault> faults = new HashMap<>();

    /**
     * @param what who it is, for the log
     * @param refusal why; none when nothing is refused any more
     */
    void note(K id, String what, @Nullable String refusal, Instant now) {
        var before = faults.get(id);
        if (refusal == null) {
            faults.remove(id);
        } else if (before == null || !before.message().equals(refusal)) {
            LOG.warning(what + ": " + refusal);
            // Looking again changes nothing, so it is a failure at once.
            faults.put(id, new Fault(now, "compare", refusal, Fault.ATTEMPTS_BEFORE_FAILED));
        }
    }

    @Nullable Fault of(K id) {
        return faults.get(id);
    }

    void keepOnly(Predicate<K> named) {
        faults.keySet().removeIf(named.negate());
    }
}
