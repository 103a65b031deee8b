package io.yunqing.controller.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.TestServer;
import jakarta.inject.Inject;
import java.net.Socket;
import java.net.URI;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestServer.class)
@NullUnmarked // fields are injected
final class ServerCertificateRenewalTest {
    @Inject CertificateAuthority authority;
    @Inject ServerCertificateRenewal renewal;

    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Test
    void aRunningServerShowsItsNewCertificate() throws Exception {
        Instant now = Instant.now();
        X509Certificate before = shown();
        before.checkValidity();
        assertFalse(renewal.renewIfDue(now));
        assertEquals(before, shown());

        assertTrue(renewal.renewIfDue(now.plus(Duration.ofDays(61))));
        X509Certificate future = shownInsteadOf(before);
        assertThrows(CertificateNotYetValidException.class, future::checkValidity);

        assertTrue(renewal.renewIfDue(now), "the clock was set back");
        shownInsteadOf(future).checkValidity();
    }

    private X509Certificate shownInsteadOf(X509Certificate before) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (shown().equals(before) && System.nanoTime() < end) {
            LockSupport.parkNanos(20_000_000);
        }
        X509Certificate shown = shown();
        assertNotEquals(before, shown);
        return shown;
    }

    /** What the server shows now, signed by the authority; valid or not: the test lives in the future. */
    private X509Certificate shown() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Credulous()}, null);
        try (SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(server.getHost(), server.getPort())) {
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            shown.verify(authority.certificate().getPublicKey());
            return shown;
        }
    }

    private static final class Credulous extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
