package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a proof rests on.
 *
 * @param lastHeard when the host's last report came, by the controller's clock
 * @param leaseSeconds for how long the host may have let such instances run after that
 * @param silentSeconds for how long the controller that says so had watched and heard nothing, by a clock that nobody sets; absent of a
 *     declaration
 * @param bmc which said that the machine is off; absent of other proofs, as is {@code offAt}
 * @param offAt when it said so, by the controller's clock
 * @param declaredBy who first said that the host is lost; absent of other proofs, as are the others
 * @param agreedBy who agreed
 * @param reason in the words of the first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FenceEvidence(
        Instant lastHeard,
        long leaseSeconds,
        @Nullable Long silentSeconds,
        @Nullable String bmc,
        @Nullable Instant offAt,
        @Nullable String declaredBy,
        @Nullable String agreedBy,
        @Nullable String reason) {

    /** That a lease is over. */
    public static FenceEvidence lease(Instant lastHeard, long leaseSeconds, long silentSeconds) {
        return new FenceEvidence(
                lastHeard, leaseSeconds, silentSeconds, null, null, null, null, null);
    }

    /** That a machine is off. */
    public static FenceEvidence power(
            Instant lastHeard, long leaseSeconds, long silentSeconds, String bmc, Instant offAt) {
        return new FenceEvidence(
                lastHeard, leaseSeconds, silentSeconds, bmc, offAt, null, null, null);
    }

    /** That two people say so. */
    public static FenceEvidence declaration(
            Instant lastHeard,
            long leaseSeconds,
            String declaredBy,
            String agreedBy,
            String reason) {
        return new FenceEvidence(
                lastHeard, leaseSeconds, null, null, null, declaredBy, agreedBy, reason);
    }
}
