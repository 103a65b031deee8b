package io.yunqing.cli.platform;

/** How a command ended. Scripts branch on the number, so a number never changes its meaning. */
public enum Exit {
    OK(0),
    /** A fault of the controller's or of ours. */
    UNEXPECTED(1),
    /** The command or the request is not valid as it stands. */
    USAGE(2),
    NOT_FOUND(3),
    /** The resource is not as the caller believed. */
    CONFLICT(4),
    /** A quota or the fleet has no room. */
    REFUSED(5),
    NOT_PERMITTED(6),
    /** The wait ended, the work did not; nothing has failed. */
    STILL_RUNNING(7),
    /** No answer, or the controller cannot serve at the moment. */
    UNREACHABLE(8),
    /** Some of several things were done. */
    PARTLY_DONE(9);

    private final int code;

    Exit(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /**
     * What a refusal means to a script.
     *
     * @param status the HTTP status
     * @param kind the problem's kind, empty when the answer was no problem document
     */
    public static Exit ofRefusal(int status, String kind) {
        return switch (status) {
            case 401, 403 -> NOT_PERMITTED;
            case 404 -> NOT_FOUND;
            case 502, 503, 504 -> UNREACHABLE;
            default ->
                    switch (kind) {
                        case "CAPACITY" -> REFUSED;
                        case "CONFLICT" -> CONFLICT;
                        case "CALLER" -> USAGE;
                        case "UPSTREAM" -> UNREACHABLE;
                        default -> UNEXPECTED;
                    };
        };
    }
}
