package io.yunqing.controller.platform;

import io.yunqing.api.PlacementExplanation;
import io.yunqing.api.Problem;
import io.yunqing.api.Problem.FieldError;
import io.yunqing.api.ProblemCode;
import java.util.List;

/** A refusal on its way to the caller; the only exception that domains throw. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    private ProblemException(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }

    public static ProblemException of(ProblemCode code, String detail, String remedy) {
        return new ProblemException(problem(code, detail, remedy, List.of(), null));
    }

    /** A refusal that one field of the request causes. */
    public static ProblemException field(
            ProblemCode code,
            String field,
            String detail,
            String limit,
            Object actual,
            String remedy) {
        FieldError error = new FieldError(field, detail, limit, abbreviate(actual));
        return new ProblemException(
                problem(code, field + ": " + detail, remedy, List.of(error), null));
    }

    public static ProblemException noHost(
            String detail, String remedy, PlacementExplanation explanation) {
        return new ProblemException(
                problem(ProblemCode.PLACEMENT_NO_HOST, detail, remedy, List.of(), explanation));
    }

    public static ProblemException fields(List<FieldError> errors, String remedy) {
        String detail = errors.getFirst().field() + ": " + errors.getFirst().message();
        if (errors.size() > 1) {
            detail += " (and " + (errors.size() - 1) + " more)";
        }
        return new ProblemException(
                problem(ProblemCode.FIELD_INVALID, detail, remedy, errors, null));
    }

    static Problem problem(
            ProblemCode code,
            String detail,
            String remedy,
            List<FieldError> errors,
            PlacementExplanation explanation) {
        boolean retryable =
                switch (code.kind()) {
                    case CAPACITY, UPSTREAM -> true;
                    case CALLER, CONFLICT, DEFECT -> false;
                };
        return new Problem(
                "urn:yunqing:problem:" + code.code(),
                code.title(),
                code.status(),
                detail,
                code.code(),
                code.kind(),
                retryable,
                remedy,
                errors,
                explanation);
    }

    /** A value as it may stand in a message: short, on one line. */
    public static String abbreviate(Object value) {
        if (value == null) {
            return null;
        }
        String text = String.valueOf(value).replaceAll("\\p{Cntrl}", "\uFFFD");
        return text.length() <= 80
                ? text
                : text.substring(0, 60) + "… (" + text.length() + " characters)";
    }
}
