package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import org.jspecify.annotations.Nullable;

/**
 * Whether a host ends its restartable instances when its lease does.
 *
 * @param able whether all of them will be ended then, whatever becomes of the agent
 * @param stopped which were ended last; absent when none ever were
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Fencing(boolean able, @Nullable @Valid Stopped stopped) {}
