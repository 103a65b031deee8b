package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.agent.StartTurn;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an instance should be.
 *
 * @param flavor its size; can be changed to one with a root disk of the same size, and to a smaller one only while it is off
 * @param image what its root disk starts as; changes only with {@code rebuild}
 * @param zone where it must be; anywhere when absent. Cannot be changed
 * @param group the tenant's placement group that it belongs to; none when absent. Cannot be changed
 * @param network the tenant's network that it is attached to; its host's own when absent. Cannot be changed
 * @param power RUNNING when absent
 * @param boot how many times it was to be started anew: whoever makes it larger has the guest shut down and started again,
 *     once. Cannot become smaller; stays as it is when absent
 * @param forcedBoot whether its power is taken away for that instead of asking the guest; false when absent
 * @param rebuild with which boot its root disk was last to be made anew from its image, and all that was on it to be lost. Grows to
 *     the boot that it is asked with; stays as it is when absent
 * @param deletionProtection whether it can neither be deleted nor rebuilt; false when absent
 * @param sshKeys authorised keys, one OpenSSH public key line each; given to the guest at its first start. Change only with
 *     {@code rebuild}
 * @param userData cloud-init user data, given to the guest as it is. Changes only with {@code rebuild}
 * @param rescue an image that it is started from instead of its root disk, which it has beside it; none when absent. Changes
 *     only with {@code boot}, or while it is to be off
 * @param startOrder when a host starts several instances of a tenant, those of a lower number are started before those of a higher one;
 *     one without a number is not waited for and does not wait
 * @param startDelaySeconds for how long it has run before those behind it are started; 0 when absent
 * @param onHostLoss what becomes of it when its host is lost. RESTART needs a root disk that is a volume, and holds of those when
 *     this is absent; others stay
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceSpec(
        @NotNull String flavor,
        @NotNull String image,
        @Nullable String zone,
        @Nullable String group,
        @Nullable String network,
        @Nullable Power power,
        @Nullable @Min(0) @Max(MOST_BOOTS) Integer boot,
        @Nullable Boolean forcedBoot,
        @Nullable @Min(0) @Max(MOST_BOOTS) Integer rebuild,
        @Nullable Boolean deletionProtection,
        @Nullable @Size(max = 32)
                List<
                                @NotNull @Size(max = 4096)
                                @Pattern(
                                        regexp = "(ssh-|ecdsa-|sk-)\\S+ \\S+( [^\\r\\n]*)?",
                                        message = "give one OpenSSH public key line")
                                String>
                        sshKeys,
        @Nullable @Size(max = 65_536) String userData,
        @Nullable String rescue,
        @Nullable @Min(0) @Max(LAST_START) Integer startOrder,
        @Nullable @Min(0) @Max(LONGEST_START_DELAY) Integer startDelaySeconds,
        @Nullable OnHostLoss onHostLoss) {

    /** As often as no guest is started in its life. */
    public static final int MOST_BOOTS = 1_000_000_000;

    public static final int LAST_START = 1_000;

    /** An hour, in seconds. */
    public static final int LONGEST_START_DELAY = 3_600;

    /** The power that it should have. */
    public Power powerOrDefault() {
        return power == null ? Power.RUNNING : power;
    }

    /** How many times it was to be started anew. */
    public int bootOrNone() {
        return boot == null ? 0 : boot;
    }

    /** With which boot its root disk was last to be made anew. */
    public int rebuildOrNone() {
        return rebuild == null ? 0 : rebuild;
    }

    /** When it is started among others; null when it neither waits nor is waited for. */
    public @Nullable StartTurn turn() {
        return startOrder == null
                ? null
                : new StartTurn(startOrder, startDelaySeconds == null ? 0 : startDelaySeconds);
    }

    /** The same with what {@code before} said of boots and rebuilds, where this says nothing of them. */
    public InstanceSpec keepingBoots(InstanceSpec before) {
        return new InstanceSpec(
                flavor,
                image,
                zone,
                group,
                network,
                power,
                boot == null ? before.boot : boot,
                forcedBoot,
                rebuild == null ? before.rebuild : rebuild,
                deletionProtection,
                sshKeys,
                userData,
                rescue,
                startOrder,
                startDelaySeconds,
                onHostLoss);
    }
}
