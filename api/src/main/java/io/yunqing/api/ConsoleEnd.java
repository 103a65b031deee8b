package io.yunqing.api;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Why a console's WebSocket was closed, as its close frame says by a number; the words beside it are for people. */
public enum ConsoleEnd {
    /** Whoever had it left. */
    LEFT(1000),
    /** The controller is ending. */
    CONTROLLER_ENDING(1001),
    /** The guest went off. */
    GUEST_OFF(4000),
    /** The host cannot open it. */
    UNAVAILABLE(4001),
    /** Somebody else took it over. */
    TAKEN_OVER(4002),
    /** Nothing came from either side for too long. */
    IDLE(4003),
    /** The host's agent did not come, or its connection was lost. */
    HOST_LOST(4004);

    /** As much as a close frame holds beside its number. */
    private static final int MOST_BYTES = 123;

    private final int code;

    ConsoleEnd(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /** The end of that number; none that is known when another program's. */
    public static Optional<ConsoleEnd> of(int code) {
        return Arrays.stream(values()).filter(end -> end.code == code).findFirst();
    }

    /** As much of the words as a close frame holds, in whole characters. */
    public static String fitting(String words) {
        String fitting = words;
        while (fitting.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            fitting = fitting.substring(0, fitting.offsetByCodePoints(fitting.length(), -1));
        }
        return fitting;
    }
}
