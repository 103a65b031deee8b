package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.HostInventory.PoolUse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a host found of a pool of volumes.
 *
 * @param seen whether its volumes were looked at, so that what is said of them is news; nothing is said of the volumes of a pool that
 *     was not
 * @param fault why it is not seen, or not measured, in the words of whoever refused; absent when it is both
 * @param mark drawn at random by the host that used it first, and kept in it: hosts that find the same see the same pool. Absent
 *     before it was seen, and of kinds of pools that keep none
 * @param use how full it is; absent before it was measured
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PoolObserved(
        @NotNull UUID id,
        boolean seen,
        @Nullable String fault,
        @Nullable UUID mark,
        @Nullable @Valid PoolUse use) {}
