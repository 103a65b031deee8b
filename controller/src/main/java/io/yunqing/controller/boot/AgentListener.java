package io.yunqing.controller.boot;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Lets the agents' port listen on an address of its own: Quarkus knows one address for plain HTTP and TLS together, but
 * agents call from other machines while plain HTTP stays on this one.
 */
@ApplicationScoped
class AgentListener implements HttpServerOptionsCustomizer {
    static final String HOST = "yunqing.agent-host";

    private final String host;

    AgentListener(@ConfigProperty(name = HOST) String host) {
        this.host = host;
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        options.setHost(host);
    }
}
