package io.yunqing.controller.agentlink;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.yunqing.controller.console.ConsoleSessions;
import io.yunqing.controller.platform.Parameters;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.platform.Upgrades;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.UUID;

/** Where agents come with the host's end of a console session. */
@ApplicationScoped
class ConsoleJoining {
    private final Upgrades upgrades;
    private final AgentIdentity identity;
    private final Transactions transactions;
    private final ConsoleSessions sessions;

    ConsoleJoining(
            Upgrades upgrades,
            AgentIdentity identity,
            Transactions transactions,
            ConsoleSessions sessions) {
        this.upgrades = upgrades;
        this.identity = identity;
        this.transactions = transactions;
        this.sessions = sessions;
    }

    void register(@Observes Router router) {
        router.get("/agent/v1/consoles/:session").order(0).handler(this::handle);
    }

    private void handle(RoutingContext exchange) {
        if (!Upgrades.isAskedBy(exchange)) {
            exchange.next();
            return;
        }
        upgrades.decide(
                exchange,
                () -> {
                    UUID session = session(exchange.pathParam("session"));
                    return transactions.read(() -> sessions.join(session, identity.host().id));
                });
    }

    private static UUID session(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException _) {
            throw Parameters.refused("session", "is not a UUID", text, "send the one of desired");
        }
    }
}
