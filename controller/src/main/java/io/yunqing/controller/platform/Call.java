package io.yunqing.controller.platform;

import io.yunqing.api.ProblemCode;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** How a mutation is asked for, apart from its body. */
public class Call {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(100);

    @HeaderParam("Idempotency-Key")
    @Parameter(
            description =
                    "the same key with the same request gets the same answer, for a day; POST only")
    public String idempotencyKey;

    @HeaderParam("If-Match")
    @Parameter(description = "the ETag last seen; required on update and delete")
    public String ifMatch;

    @QueryParam("mode")
    @Parameter(description = "plan: answer what would change, and change nothing")
    public String mode;

    @QueryParam("digest")
    @Parameter(description = "a plan's digest: refuse if the request would now do anything else")
    public String digest;

    @QueryParam("wait")
    @Parameter(
            description =
                    "wait for a settled phase at most this long, such as 60s; the answer says what it is then")
    public String wait;

    @Context UriInfo uri;

    /** Refuses what cannot be read, before anything is done. */
    public void check() {
        Parameters.requireKnown(uri, Set.of("mode", "digest", "wait"));
        Parameters.requireSaid(uri);
        planOnly();
        patience();
        idempotencyKey();
    }

    public boolean planOnly() {
        if (mode == null || mode.equals("apply")) {
            return false;
        }
        if (mode.equals("plan")) {
            return true;
        }
        throw Parameters.refused(
                "mode", "is neither plan nor apply", mode, "leave it out, or say mode=plan");
    }

    public String idempotencyKey() {
        if (idempotencyKey != null && (idempotencyKey.isBlank() || idempotencyKey.length() > 200)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "Idempotency-Key",
                    "must be 1 to 200 characters",
                    "1..200 characters",
                    idempotencyKey,
                    "send a random UUID");
        }
        return idempotencyKey;
    }

    /** The wait in whole seconds or with a unit: {@code 60}, {@code 60s}, {@code 2m}. */
    Duration patience() {
        if (wait == null) {
            return Duration.ZERO;
        }
        try {
            String text = wait.toUpperCase(Locale.ROOT);
            Duration asked =
                    Duration.parse(
                            "PT"
                                    + text
                                    + (Character.isDigit(text.charAt(text.length() - 1))
                                            ? "S"
                                            : ""));
            if (asked.isNegative() || asked.compareTo(LONGEST_WAIT) > 0) {
                throw Parameters.refused(
                        "wait", "must be between 0s and 100s", wait, "wait again after the answer");
            }
            return asked;
        } catch (DateTimeParseException | StringIndexOutOfBoundsException _) {
            throw Parameters.refused("wait", "is not a duration", wait, "write it like 60s or 2m");
        }
    }

    /** Refuses unless the caller saw {@code revision}. */
    void requireSeen(long revision) {
        if (ifMatch == null) {
            throw ProblemException.of(
                    ProblemCode.PRECONDITION_REQUIRED,
                    "If-Match is missing",
                    "read the resource and send its ETag as If-Match");
        }
        if (!ifMatch.equals("*") && !ifMatch.equals(etag(revision))) {
            throw ProblemException.field(
                    ProblemCode.PRECONDITION_FAILED,
                    "If-Match",
                    "the resource is now at another revision",
                    etag(revision),
                    ifMatch,
                    "read it again and decide again");
        }
    }

    /** Refuses to create what the caller believes to exist (RFC 9110, 13.1.1). */
    public void requireNothingSeen() {
        if (ifMatch != null) {
            throw ProblemException.field(
                    ProblemCode.PRECONDITION_FAILED,
                    "If-Match",
                    "the resource does not exist, or does not exist any more",
                    null,
                    ifMatch,
                    "leave If-Match out to create it");
        }
    }

    static String etag(long revision) {
        return "\"" + revision + "\"";
    }
}
