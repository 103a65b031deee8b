package io.yunqing.controller.platform;

import io.yunqing.api.ProblemCode;
import org.hibernate.exception.ConstraintViolationException;

/** What it means when the database refuses, again and again, what the rules let pass. */
final class Violations {
    static final String UNIQUE = "23505";
    static final String FOREIGN_KEY = "23503";

    private Violations() {}

    static RuntimeException explain(RuntimeException failure) {
        for (Throwable cause : Causes.of(failure)) {
            if (cause instanceof ConstraintViolationException violation) {
                return switch (String.valueOf(violation.getSQLState())) {
                    case UNIQUE ->
                            ProblemException.of(
                                    ProblemCode.NAME_TAKEN,
                                    "another request takes this name each time",
                                    "read the resource, then decide again");
                    case FOREIGN_KEY ->
                            ProblemException.of(
                                    ProblemCode.REFERENCE_IN_USE,
                                    "other resources refer to this one ("
                                            + violation.getConstraintName()
                                            + ")",
                                    "read it again and decide again");
                    default -> failure;
                };
            }
        }
        return Transactions.busy("other requests change the same resources at the same time");
    }
}
