package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a request got its host, or none.
 *
 * @param host the chosen one; absent in a refusal
 * @param hostsSeen how many hosts were considered
 * @param turnedAway by constraint, how many hosts it ruled out; a host counts for the first that did
 * @param best the best candidates, best first, at most three
 * @param nearestMiss in a refusal: the smallest change that would have made it a yes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlacementExplanation(
        @Nullable String host,
        int hostsSeen,
        Map<String, Integer> turnedAway,
        List<Candidate> best,
        @Nullable String nearestMiss) {

    /**
     * A host that would do.
     *
     * @param score the sum of the weighted terms; higher is better
     * @param terms what each named term added to the score
     */
    public record Candidate(String host, double score, Map<String, Double> terms) {}
}
