package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * A text frame on a console's WebSocket: what a person should know. What the guest writes comes in binary frames.
 *
 * @param type a stable word: {@link #CONNECTED}, {@link #DROPPED}
 * @param message one sentence
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ConsoleNotice(String type, String message) {

    /** From now on the guest hears what is typed. */
    public static final String CONNECTED = "connected";

    /** Some of what the guest wrote was left out here, as it came faster than it was read; it is in the log. */
    public static final String DROPPED = "dropped";
}
