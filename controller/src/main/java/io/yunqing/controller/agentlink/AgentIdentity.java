package io.yunqing.controller.agentlink;

import io.vertx.ext.web.RoutingContext;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.fleet.HostObservationRow;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.Caller;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.RequestScoped;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.UUID;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.hibernate.Session;

/**
 * Which host's agent is calling. The TLS handshake has checked the certificate's chain and dates; as a connection can outlive
 * its certificate, the end is looked at with every call.
 */
@RequestScoped
class AgentIdentity {
    private static final String COMMON_NAME = "CN=";

    private final RoutingContext exchange;
    private final Session em;
    private final Caller caller;
    private final InstantSource clock;

    AgentIdentity(RoutingContext exchange, Session em, Caller caller, InstantSource clock) {
        this.clock = clock;
        this.exchange = exchange;
        this.em = em;
        this.caller = caller;
    }

    /** Whom a certificate speaks for, and with which key; whether that is still the host's agent, the database knows. */
    record Claim(UUID host, String keySha256) {}

    /**
     * @throws ProblemException if there is no certificate, or it is not a host's, or has ended
     */
    Claim claim() {
        X509Certificate certificate = certificate();
        Instant ends = certificate.getNotAfter().toInstant();
        if (clock.instant().isAfter(ends)) {
            throw forbidden("the agent's certificate ended at " + ends);
        }
        return new Claim(hostId(certificate), keySha256(certificate));
    }

    /**
     * The host, inside the caller's transaction.
     *
     * @throws ProblemException if there is no certificate, or not the one of the host's present agent
     */
    HostRow host() {
        Claim claim = claim();
        HostRow host = em.find(HostRow.class, claim.host);
        HostObservationRow row = host == null ? null : em.find(HostObservationRow.class, host.id);
        if (row == null) {
            throw forbidden("the host of this certificate does not exist any more");
        }
        if (!claim.keySha256.equals(row.keySha256)) {
            throw forbidden("another agent has enrolled for host " + host.name + " since");
        }
        is(host.name);
        return host;
    }

    /** What is done from now on is done by this host. */
    void is(String host) {
        caller.is("host/" + host, null);
    }

    /** Refuses a call that travels in clear text. */
    void requireTls() {
        if (!exchange.request().isSSL()) {
            throw forbidden("agents must call over TLS");
        }
    }

    private X509Certificate certificate() {
        SSLSession session = exchange.request().sslSession();
        if (session == null) {
            throw forbidden("agents must call over TLS");
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            if (chain[0] instanceof X509Certificate leaf) {
                return leaf;
            }
        } catch (SSLPeerUnverifiedException _) {
            // no certificate: refused below
        }
        throw forbidden("the agent sent no client certificate");
    }

    private static UUID hostId(X509Certificate certificate) {
        String subject = certificate.getSubjectX500Principal().getName();
        try {
            return UUID.fromString(
                    subject.substring(subject.indexOf(COMMON_NAME) + COMMON_NAME.length()));
        } catch (IllegalArgumentException _) {
            throw forbidden(
                    "the certificate is not a host's: " + ProblemException.abbreviate(subject));
        }
    }

    private static String keySha256(X509Certificate certificate) {
        try {
            byte[] key = certificate.getPublicKey().getEncoded();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static ProblemException forbidden(String detail) {
        return ProblemException.of(
                ProblemCode.AUTH_FORBIDDEN,
                detail,
                "enrol anew with a token of yqctl host join-token HOST");
    }
}
