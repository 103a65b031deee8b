package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plan of moves that makes better use of the hosts; nothing touched. */
public final class Rebalancing {
    private Rebalancing() {}

    /** What the moves are for. */
    public enum Goal {
        /** Hosts on which nothing is left, to rest or to retire. */
        EMPTY,
        /** No host above a share of use. */
        RELIEVE
    }

    /**
     * What is asked for.
     *
     * @param most how many moves there may be; 20 when absent
     * @param abovePercent a host is hot when more of its vCPUs or of its memory is promised; 80 when absent
     * @param zone whose hosts are to be emptied or relieved; those of all when absent
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Request(
            @NotNull Goal goal,
            @Nullable @Min(1) @Max(200) Integer most,
            @Nullable @Min(1) @Max(99) Integer abovePercent,
            @Nullable String zone) {}

    /**
     * The plan.
     *
     * @param digest of the moves and of all that is promised on the hosts they touch: another plan, or hosts on which something
     *     has changed, have another
     * @param moves in the order in which they are to be made
     * @param memoryMiB what they have to copy, together
     * @param advice why there are no moves, and what to do; absent if there are some
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Answer(
            Goal goal,
            String digest,
            List<Move> moves,
            long memoryMiB,
            Gain gain,
            @Nullable String advice) {}

    /**
     * An instance to be moved.
     *
     * @param from the host where it is
     * @param to the host that it goes to
     * @param memoryMiB what has to be copied
     * @param reason what it is good for
     */
    public record Move(
            String tenant,
            String instance,
            String from,
            String to,
            long memoryMiB,
            String reason) {}

    /**
     * What the moves bring.
     *
     * @param emptied the hosts that are empty afterwards
     * @param flavor the largest, of which {@code instances} tells how many more fit; absent without flavors
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Gain(List<String> emptied, @Nullable String flavor, State before, State after) {}

    /**
     * The hosts in question at one time.
     *
     * @param hot how many are hot
     * @param hottestPercent the largest share of vCPUs or memory that one has promised, rounded
     * @param instances how many more of the largest flavor fit in the zone in question; absent without flavors
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record State(int hot, long hottestPercent, @Nullable Long instances) {}
}
