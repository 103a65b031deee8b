package io.yunqing.controller.platform;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.vertx.core.http.HttpClosedException;
import io.yunqing.api.Problem;
import io.yunqing.api.Problem.FieldError;
import io.yunqing.api.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.ConstraintViolationException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns every exception that leaves a REST method into a problem (RFC 9457). */
@ApplicationScoped
class Problems {
    private static final Logger LOG = Logger.getLogger(Problems.class);

    @ServerExceptionMapper
    Response refusal(ProblemException refusal) {
        return answer(refusal.problem());
    }

    /** A body that an endpoint checks by its annotations alone. */
    @ServerExceptionMapper
    Response constraints(ConstraintViolationException invalid) {
        return answer(Asked.refusal(invalid.getConstraintViolations()).problem());
    }

    @ServerExceptionMapper
    Response json(JsonProcessingException unreadable) {
        return answer(unreadable(unreadable));
    }

    /** Quarkus has an own answer for these, without a body; the more exact type takes precedence over it. */
    @ServerExceptionMapper
    Response input(MismatchedInputException unreadable) {
        return answer(unreadable(unreadable));
    }

    @ServerExceptionMapper
    Response http(WebApplicationException e) {
        if (e.getCause() instanceof JsonProcessingException unreadable) {
            return answer(unreadable(unreadable));
        }
        int status = e.getResponse().getStatus();
        return switch (status) {
            case 404 ->
                    answer(
                            problem(
                                    ProblemCode.NOT_FOUND,
                                    "there is nothing under this path",
                                    "see /q/openapi for the paths"));
            case 405 ->
                    answer(
                            problem(
                                    ProblemCode.REQUEST_METHOD,
                                    e.getMessage(),
                                    "see /q/openapi for the methods of this path"));
            case 406 ->
                    answer(
                            problem(
                                    ProblemCode.REQUEST_ACCEPT,
                                    e.getMessage(),
                                    "accept application/json"));
            case 413 ->
                    answer(
                            problem(
                                    ProblemCode.REQUEST_TOO_LARGE,
                                    "the body is larger than 4 MiB",
                                    "send less at once"));
            case 415 ->
                    answer(
                            problem(
                                    ProblemCode.REQUEST_MEDIA_TYPE,
                                    e.getMessage(),
                                    "send Content-Type: application/json"));
            default ->
                    status < 500
                            ? answer(
                                    problem(
                                            ProblemCode.REQUEST_MALFORMED,
                                            e.getMessage(),
                                            "see /q/openapi for what is expected"))
                            : failure(e);
        };
    }

    @ServerExceptionMapper
    Response failure(Exception e) {
        for (Throwable cause : Causes.of(e)) {
            if (cause instanceof ProblemException refusal) {
                return answer(refusal.problem());
            }
            if (cause instanceof HttpClosedException) {
                // Whoever asked went away while asking, and sees no answer.
                return answer(
                        problem(
                                ProblemCode.REQUEST_MALFORMED,
                                "the connection was closed before the request ended",
                                "send it again"));
            }
            if (cause instanceof SQLException sql && unavailable(sql)) {
                LOG.warnf("The database does not answer: %s", sql.getMessage());
                return answer(
                        problem(
                                ProblemCode.DATABASE_UNAVAILABLE,
                                sql.getMessage(),
                                "try again in a few seconds"));
            }
        }
        String incident = Ids.next().toString();
        LOG.errorf(e, "Incident %s", incident);
        return answer(
                problem(
                        ProblemCode.INTERNAL,
                        "incident " + incident,
                        "report it with the part of the controller's log that names this incident"));
    }

    /** Class 08 (connection), 57P (shutdown) and Agroal's own time-out for a connection. */
    private static boolean unavailable(SQLException sql) {
        String state = String.valueOf(sql.getSQLState());
        return state.startsWith("08")
                || state.startsWith("57P")
                || sql instanceof SQLTransientException
                || String.valueOf(sql.getMessage()).startsWith("Sorry, acquisition timeout");
    }

    private static Problem unreadable(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        String where =
                at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        if (e instanceof UnrecognizedPropertyException unknown) {
            String known =
                    unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", "));
            return field(
                    ProblemCode.REQUEST_UNKNOWN_FIELD,
                    path(unknown),
                    "does not exist" + where,
                    "one of " + known,
                    null,
                    "correct its name or leave it out");
        }
        if (e instanceof InvalidFormatException invalid && invalid.getTargetType().isEnum()) {
            String allowed =
                    Arrays.stream(invalid.getTargetType().getEnumConstants())
                            .map(String::valueOf)
                            .collect(Collectors.joining(", "));
            return field(
                    ProblemCode.FIELD_INVALID,
                    path(invalid),
                    "is not one of the allowed words" + where,
                    "one of " + allowed,
                    invalid.getValue(),
                    "use one of them");
        }
        if (e instanceof JsonMappingException mapping
                && readable(e.getCause())
                && !path(mapping).isEmpty()) {
            return field(
                    ProblemCode.FIELD_INVALID,
                    path(mapping),
                    plain(e) + where,
                    null,
                    e instanceof InvalidFormatException invalid ? invalid.getValue() : null,
                    "send a value of the type that /q/openapi names");
        }
        return problem(
                ProblemCode.REQUEST_MALFORMED,
                e.getOriginalMessage() + where,
                "send one JSON object");
    }

    /** Whether the text was JSON, so that the fault is with a value; a number too large for its field is JSON too. */
    private static boolean readable(Throwable cause) {
        return !(cause instanceof StreamReadException) || cause instanceof InputCoercionException;
    }

    /** Jackson's message without its advice to programmers. */
    private static String plain(JsonProcessingException e) {
        return e.getOriginalMessage()
                .replaceAll(" \\(but could if .*\\)", "")
                .replaceAll("`java\\.lang\\.(\\w+)`", "$1");
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(r ->
                        r.getFieldName() == null
                                ? "[" + r.getIndex() + "]"
                                : "." + r.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }

    private static Problem field(
            ProblemCode code,
            String field,
            String message,
            String limit,
            Object actual,
            String remedy) {
        FieldError error =
                new FieldError(field, message, limit, ProblemException.abbreviate(actual));
        return ProblemException.problem(code, field + ": " + message, remedy, List.of(error), null);
    }

    private static Problem problem(ProblemCode code, String detail, String remedy) {
        return ProblemException.problem(code, detail, remedy, List.of(), null);
    }

    private static Response answer(Problem problem) {
        Response.ResponseBuilder response =
                Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem);
        if (problem.status() == 503) {
            response.header("Retry-After", "2");
        }
        if (problem.status() == 401) {
            response.header("WWW-Authenticate", "Bearer realm=\"yunqing\"");
        }
        return response.build();
    }
}
