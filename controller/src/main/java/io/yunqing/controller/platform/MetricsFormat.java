package io.yunqing.controller.platform;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Who asks for metrics without saying in which format gets Prometheus' plain text, which every tool reads; the OpenMetrics
 * format is for those who ask for it, as a Prometheus server does.
 */
@ApplicationScoped
class MetricsFormat {
    private static final int BEFORE_THE_ENDPOINT = 100;

    void register(@Observes Filters filters) {
        filters.register(
                exchange -> {
                    HttpServerRequest request = exchange.request();
                    String accept = request.getHeader("Accept");
                    if (request.path().equals("/q/metrics")
                            && (accept == null || accept.equals("*/*"))) {
                        request.headers().set("Accept", "text/plain");
                    }
                    exchange.next();
                },
                BEFORE_THE_ENDPOINT);
    }
}
