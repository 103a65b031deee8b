package io.yunqing.controller.console;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.yunqing.controller.identity.SignIn;
import io.yunqing.controller.platform.Parameters;
import io.yunqing.controller.platform.Upgrades;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Where users come to a console: the path of its log, asked for as a WebSocket. */
@ApplicationScoped
class ConsoleRoute {
    private static final String PATH = "/v1/tenants/:tenant/instances/:name/console";
    private static final String FORCE = "force";

    private final Upgrades upgrades;
    private final SignIn signIn;
    private final ConsoleSessions sessions;

    ConsoleRoute(Upgrades upgrades, SignIn signIn, ConsoleSessions sessions) {
        this.upgrades = upgrades;
        this.signIn = signIn;
        this.sessions = sessions;
    }

    void register(@Observes Router router) {
        router.get(PATH).order(0).handler(this::handle);
    }

    private void handle(RoutingContext exchange) {
        if (!Upgrades.isAskedBy(exchange)) {
            exchange.next();
            return;
        }
        upgrades.decide(
                exchange,
                () -> {
                    signIn.admit(
                            exchange.request().getHeader("Authorization"),
                            exchange.request().getHeader("Yunqing-Reason"));
                    for (String parameter : exchange.queryParams().names()) {
                        if (!parameter.equals(FORCE)) {
                            throw Parameters.refused(
                                    parameter,
                                    "is not a parameter of a console",
                                    null,
                                    "a console takes force");
                        }
                    }
                    String force = exchange.queryParams().get(FORCE);
                    Parameters.requireTruth(FORCE, force);
                    return sessions.open(
                            exchange.pathParam("tenant"),
                            exchange.pathParam("name"),
                            "true".equals(force));
                });
    }
}
