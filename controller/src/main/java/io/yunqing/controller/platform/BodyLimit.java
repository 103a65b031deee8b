package io.yunqing.controller.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import io.yunqing.api.Problem;
import io.yunqing.api.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;

/** Refuses a body that is too large by its announced length, before any of it is read. */
@ApplicationScoped
class BodyLimit {
    /** Room for an instance with its user data many times over. */
    private static final long MOST_BYTES = 4L << 20;

    private static final int BEFORE_ALL_OTHERS = 1_000;

    private final ObjectMapper json;

    BodyLimit(ObjectMapper json) {
        this.json = json;
    }

    void register(@Observes Filters filters) {
        filters.register(
                exchange -> {
                    if (announced(exchange) > MOST_BYTES) {
                        refuse(exchange);
                    } else {
                        exchange.next();
                    }
                },
                BEFORE_ALL_OTHERS);
    }

    private static long announced(RoutingContext exchange) {
        String length = exchange.request().getHeader("Content-Length");
        return length == null || !length.matches("\\d{1,18}") ? 0 : Long.parseLong(length);
    }

    private void refuse(RoutingContext exchange) {
        Problem problem =
                ProblemException.problem(
                        ProblemCode.REQUEST_TOO_LARGE,
                        "the body is larger than 4 MiB",
                        "send less at once",
                        List.of(),
                        null);
        try {
            exchange.response()
                    .setStatusCode(problem.status())
                    .putHeader("Content-Type", Problem.MEDIA_TYPE)
                    .putHeader("Connection", "close")
                    .end(json.writeValueAsString(problem));
        } catch (JsonProcessingException e) {
            exchange.fail(e);
        }
    }
}
