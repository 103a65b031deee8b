package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.agent.Stopped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a proof.
 *
 * @param restarted how many instances were given another host
 * @param waiting those that were not, and why
 * @param returnedAt when the host was heard again; absent until it is
 * @param stopped what the host then said it had ended, by its own clock; absent when it said nothing of it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FenceStatus(
        FencePhase phase,
        FenceEvidence evidence,
        int restarted,
        List<Waiting> waiting,
        @Nullable Instant returnedAt,
        @Nullable Stopped stopped) {

    /** An instance that is to be started elsewhere and is not. */
    public record Waiting(String tenant, String instance, String why) {}
}
