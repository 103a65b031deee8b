package io.yunqing.controller.platform;

import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import org.hibernate.exception.ConstraintViolationException;

/** What it means when the database refuses what the rules let pass: somebody else was faster. */
final class Violations {
    private static final String UNIQUE = "23505";
    private static final String FOREIGN_KEY = "23503";

    private Violations() {}

    static RuntimeException explain(Kind kind, RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProblemException problem) {
                return problem;
            }
            if (cause instanceof ConstraintViolationException violation) {
                return explain(kind, violation, failure);
            }
        }
        return failure;
    }

    private static RuntimeException explain(
            Kind kind, ConstraintViolationException violation, RuntimeException failure) {
        String constraint = String.valueOf(violation.getConstraintName());
        return switch (String.valueOf(violation.getSQLState())) {
            case UNIQUE ->
                    ProblemException.of(
                            ProblemCode.NAME_TAKEN,
                            "another request has just taken this name for a " + kind.singular(),
                            "read it, then decide again");
            case FOREIGN_KEY ->
                    ProblemException.of(
                            ProblemCode.REFERENCE_IN_USE,
                            "another request has just changed what this "
                                    + kind.singular()
                                    + " is connected to ("
                                    + constraint
                                    + ")",
                            "read it again and decide again");
            default -> failure;
        };
    }
}
