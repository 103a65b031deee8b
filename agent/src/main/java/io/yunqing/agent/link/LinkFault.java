package io.yunqing.agent.link;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Why a call to the controller had no use. */
public final class LinkFault extends Exception {

    public enum Kind {
        /** No connection, or it broke. */
        UNREACHABLE,
        /** No whole answer in time. */
        TIMEOUT,
        /** The other side is not the controller that this agent belongs to, or does not accept its certificate. */
        UNTRUSTED,
        /** The controller said that it cannot answer now. */
        BUSY,
        /** The controller understood and said no. */
        REFUSED,
        /** The controller refuses because another live agent has this host's identity. */
        DUPLICATE,
        /** Something answered, but not what the protocol says. */
        GARBAGE
    }

    private final Kind kind;
    private final @Nullable Duration retryAfter;

    public LinkFault(Kind kind, String message) {
        this(kind, message, null, null);
    }

    public LinkFault(
            Kind kind, String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    public Kind kind() {
        return kind;
    }

    /** When the controller asked to be tried again. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** Whether a person must do something before it can get better. */
    public boolean needsPerson() {
        return kind == Kind.REFUSED || kind == Kind.DUPLICATE || kind == Kind.UNTRUSTED;
    }
}
