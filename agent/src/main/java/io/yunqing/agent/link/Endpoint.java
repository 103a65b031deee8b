package io.yunqing.agent.link;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/**
 * Where the controller is, and how it is spoken to.
 *
 * @param clients makes the client that speaks with one identity
 */
public record Endpoint(URI controller, Function<SSLContext, HttpClient> clients) {

    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);

    /** With the JDK's own client. */
    public static Endpoint at(URI controller) {
        return new Endpoint(controller, Endpoint::client);
    }

    private static HttpClient client(SSLContext tls) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_WITHIN)
                .sslContext(tls)
                .build();
    }
}
