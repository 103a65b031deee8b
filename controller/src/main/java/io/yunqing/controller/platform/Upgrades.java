package io.yunqing.controller.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.quarkus.virtual.threads.VirtualThreads;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * Lets a request become a WebSocket, or refuses it with a problem before that, as any other request. The sockets are Vert.x's
 * own: they can be told to stop reading.
 */
@ApplicationScoped
public class Upgrades {
    private final Problems problems;
    private final CurrentVertxRequest current;
    private final ObjectMapper json;
    private final ExecutorService threads;

    Upgrades(
            Problems problems,
            CurrentVertxRequest current,
            ObjectMapper json,
            @VirtualThreads ExecutorService threads) {
        this.problems = problems;
        this.current = current;
        this.json = json;
        this.threads = threads;
    }

    /** What becomes of a request that was admitted; called on its event loop. */
    public interface Admitted {
        /** It is a socket now, which nothing has been read from. */
        void joined(ServerWebSocket socket);

        /** Whoever asked is gone. */
        void failed(Throwable why);
    }

    public static boolean isAskedBy(RoutingContext exchange) {
        return "websocket".equalsIgnoreCase(exchange.request().getHeader("Upgrade"));
    }

    /**
     * @param admission decides, where it may wait and within the context of the request; throws what refuses it
     */
    public void decide(RoutingContext exchange, Supplier<Admitted> admission) {
        Context loop = exchange.vertx().getOrCreateContext();
        exchange.request().pause();
        threads.execute(() -> {
            try {
                Admitted admitted =
                        RequestScope.call(() -> {
                            current.setCurrent(exchange);
                            return admission.get();
                        });
                loop.runOnContext(_ ->
                        exchange.request()
                                .toWebSocket()
                                .onSuccess(socket -> {
                                    socket.pause();
                                    admitted.joined(socket);
                                })
                                .onFailure(admitted::failed));
            } catch (RuntimeException e) {
                Response refusal = problems.failure(e);
                loop.runOnContext(_ -> refuse(exchange, refusal));
            }
        });
    }

    private void refuse(RoutingContext exchange, Response refusal) {
        HttpServerResponse answer = exchange.response().setStatusCode(refusal.getStatus());
        refusal.getStringHeaders().forEach(answer::putHeader);
        exchange.request().resume();
        try {
            answer.end(json.writeValueAsString(refusal.getEntity()));
        } catch (JsonProcessingException e) {
            exchange.fail(e);
        }
    }
}
