package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a host is used for.
 *
 * @param zone the failure domain it stands in
 * @param rack the rack it stands in, a failure domain within its zone
 * @param traits what it can do or is kept for, in words that flavors ask for
 * @param tenant the only tenant whose instances may come; any when absent
 * @param schedulable whether new instances may come to it; true when absent. What runs there keeps running
 * @param hostClass by whose terms it promises what it has; {@code standard} when absent
 * @param overcommit by resource, how many times what is not kept back may be promised, whatever the class says; vCPUs only
 *     are commonly above 1
 * @param reserved by resource, what is kept back for the host itself, whatever the class says
 * @param bmc the Redfish resource of its machine, by which it is switched off when it is lost and cannot be known to end by itself what
 *     may be started elsewhere; it is never switched off when absent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostSpec(
        @NotNull String zone,
        @Nullable @Size(max = 63) @Pattern(regexp = Metadata.NAME, message = Metadata.NAME_RULE)
                String rack,
        @Nullable @Size(max = 64)
                Set<
                                @NotNull @Size(max = 63)
                                @Pattern(
                                        regexp = Metadata.LABEL_KEY,
                                        message = Metadata.LABEL_KEY_RULE)
                                String>
                        traits,
        @Nullable String tenant,
        @Nullable Boolean schedulable,
        @Nullable String hostClass,
        @Nullable Map<@NotNull String, @NotNull @DecimalMin("0.1") @DecimalMax("64") BigDecimal>
                overcommit,
        @Nullable Map<@NotNull String, @NotNull @Min(0) @Max(1_000_000_000_000L) Long> reserved,
        @Nullable
                @Size(max = 500)
                @Pattern(
                        regexp = "https?://[^\\s@?#]+",
                        message =
                                "give a URL such as https://ADDRESS/redfish/v1/Systems/1, without a password")
                String bmc) {}
