package io.yunqing.controller.agentlink;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;

/** A machine behind a BMC that speaks as much Redfish as is asked of it, over real HTTP; its key is {@code admin}, {@code secret}. */
final class FakeBmc implements AutoCloseable {
    private static final String SYSTEM = "/redfish/v1/Systems/1";
    private static final String RESET = SYSTEM + "/Actions/ComputerSystem.Reset";
    private static final String KEY =
            "Basic "
                    + Base64.getEncoder()
                            .encodeToString("admin:secret".getBytes(StandardCharsets.UTF_8));

    private final HttpServer server;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean on = true;
    private volatile boolean refusing;
    private volatile boolean obstinate;

    FakeBmc() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(SYSTEM, this::serve);
        server.start();
    }

    String system() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + SYSTEM;
    }

    boolean on() {
        return on;
    }

    int asked() {
        return asked.get();
    }

    void refuseKeys(boolean refuse) {
        refusing = refuse;
    }

    /** It takes the order and does nothing of it. */
    void stayOn() {
        obstinate = true;
    }

    private void serve(HttpExchange call) throws IOException {
        asked.incrementAndGet();
        String body = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        boolean known = KEY.equals(call.getRequestHeaders().getFirst("Authorization"));
        if (refusing || !known) {
            answer(call, 401, "{}");
        } else if (call.getRequestMethod().equals("POST")
                && call.getRequestURI().getPath().equals(RESET)
                && body.contains("ForceOff")) {
            on = obstinate;
            answer(call, 204, "");
        } else if (call.getRequestMethod().equals("GET")) {
            answer(
                    call,
                    200,
                    "{\"@odata.id\":\"%s\",\"PowerState\":\"%s\",\"Actions\":{\"#ComputerSystem.Reset\":{\"target\":\"%s\"}}}"
                            .formatted(SYSTEM, on ? "On" : "Off", RESET));
        } else {
            answer(call, 405, "{}");
        }
    }

    private static void answer(HttpExchange call, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        call.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        call.getResponseBody().write(bytes);
        call.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
