package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many more instances of a flavor fit, as the fleet is at this moment.
 *
 * @param instances with all hosts
 * @param losses with one host, rack or zone lost: of each kind the one whose loss leaves most instances without a host
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Headroom(String flavor, @Nullable String zone, long instances, List<Loss> losses) {

    /**
     * What is left when something is lost and its instances have found hosts elsewhere.
     *
     * @param scope {@code host}, {@code rack} or {@code zone}
     * @param instances how many more of the flavor fit then
     * @param displaced instances that ran on what is lost
     * @param homeless how many of them find no host
     */
    public record Loss(String scope, String name, long instances, int displaced, int homeless) {}
}
