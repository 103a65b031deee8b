package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody wants to use an instance's serial console: the agent joins the two by a WebSocket that it opens at
 * {@code /agent/v1/consoles/SESSION}. Binary frames are the guest's bytes and what is typed; it closes with a number of
 * {@link io.yunqing.api.ConsoleEnd}.
 *
 * @param session drawn for this wish; one that was joined before, or is not known to the controller any more, is left alone
 * @param controller by which the replica is reached that has the other end, such as {@code https://replica-2:8481}; the
 *     controller that the agent knows when absent
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ConsoleDesired(UUID session, UUID instance, @Nullable String controller) {}
