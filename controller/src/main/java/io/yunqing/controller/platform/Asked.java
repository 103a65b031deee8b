package io.yunqing.controller.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.yunqing.api.Kind;
import io.yunqing.api.Problem.FieldError;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Checks a request's body by the constraints that stand on the wire records, before any rule of a domain looks at it. */
@ApplicationScoped
public class Asked {
    private final Validator validator;
    private final ObjectMapper json;

    Asked(Validator validator, ObjectMapper json) {
        this.validator = validator;
        this.json = json;
    }

    /**
     * @param name what the path says, or null
     * @throws ProblemException naming every field that is not valid, its limit and its value
     */
    public void check(Kind kind, Resource<?, ?> body, String name) {
        check(body);
        if (body.kind() != null && body.kind() != kind) {
            throw mismatch("kind", body.kind().wireName(), kind.wireName());
        }
        if (name != null && !name.equals(body.metadata().name())) {
            throw mismatch("metadata.name", body.metadata().name(), name);
        }
    }

    /**
     * Checks a body that is no resource.
     *
     * @throws ProblemException naming every field that is not valid, its limit and its value
     */
    public void check(Object body) {
        if (body == null) {
            throw ProblemException.of(
                    ProblemCode.REQUEST_MALFORMED,
                    "the body is empty",
                    "send a JSON object with metadata and spec");
        }
        var violations = validator.validate(body);
        if (!violations.isEmpty()) {
            throw refusal(violations);
        }
        CleanText.check("", json.valueToTree(body));
    }

    /** Names every field that is not valid. */
    static ProblemException refusal(Collection<? extends ConstraintViolation<?>> violations) {
        List<FieldError> errors =
                violations.stream()
                        .map(Asked::error)
                        .sorted(
                                Comparator.comparing(FieldError::field)
                                        .thenComparing(FieldError::message))
                        .toList();
        return ProblemException.fields(errors, "correct the fields named in errors");
    }

    /** Refuses a changed field that can only be set at creation. */
    public static void same(String field, Object current, Object asked) {
        if (!Objects.equals(current, asked)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_IMMUTABLE,
                    field,
                    "is %s and cannot be changed".formatted(current == null ? "not set" : current),
                    current == null ? "absent" : current.toString(),
                    asked,
                    "create another resource");
        }
    }

    /** The refusal of a reference to something that does not exist. */
    public static ProblemException unknown(String field, Kind kind, String name) {
        return ProblemException.field(
                ProblemCode.REFERENCE_UNKNOWN,
                field,
                "there is no " + kind.singular() + " of this name",
                null,
                name,
                "list them with GET /v1/" + kind.plural() + ", or create it first");
    }

    private static ProblemException mismatch(String field, String actual, String expected) {
        return ProblemException.field(
                ProblemCode.FIELD_INVALID,
                field,
                "does not match the path",
                expected,
                actual,
                "send " + expected + ", or leave it out where the path says it");
    }

    private static FieldError error(ConstraintViolation<?> violation) {
        Map<String, Object> limits = violation.getConstraintDescriptor().getAttributes();
        String constraint =
                violation
                        .getConstraintDescriptor()
                        .getAnnotation()
                        .annotationType()
                        .getSimpleName();
        String limit =
                switch (constraint) {
                    case "Min", "DecimalMin" -> ">= " + limits.get("value");
                    case "Max", "DecimalMax" -> "<= " + limits.get("value");
                    case "Size" -> "at most " + limits.get("max");
                    case "Pattern" -> String.valueOf(limits.get("regexp"));
                    default -> null;
                };
        // Hibernate Validator marks map keys and list elements; people look for the field as they
        // wrote it.
        String field = violation.getPropertyPath().toString().replaceAll("\\.<[^>]*>|<[^>]*>", "");
        if (violation.getExecutableParameters() != null) {
            field = field.replaceFirst("^\\w+\\.\\w+\\.?", "");
        }
        return new FieldError(
                field,
                violation.getMessage(),
                limit,
                ProblemException.abbreviate(violation.getInvalidValue()));
    }
}
