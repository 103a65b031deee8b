package io.yunqing.controller.fleet;

import io.yunqing.api.JoinToken;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.pki.CertificateAuthority;
import io.yunqing.controller.platform.Caller;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.Ids;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import org.hibernate.Session;

/**
 * How an agent comes to speak for a host: an operator gives out a token, the agent trades it once for a certificate.
 *
 * <p>Only the token's digest is kept. The first use binds the token to the agent's public key; the same key may use it again,
 * for when the answer was lost. A new token replaces the agent, not before it is used.
 */
@ApplicationScoped
public class Joining {
    private static final Duration VALIDITY = Duration.ofDays(1);

    private final Session em;
    private final CertificateAuthority authority;
    private final Changes changes;
    private final Caller caller;
    private final InstantSource clock;

    private final Transactions transactions;

    Joining(
            Session em,
            CertificateAuthority authority,
            Changes changes,
            Caller caller,
            InstantSource clock,
            Transactions transactions) {
        this.transactions = transactions;
        this.em = em;
        this.authority = authority;
        this.changes = changes;
        this.caller = caller;
        this.clock = clock;
    }

    JoinToken token(String name) {
        return transactions.write(() -> {
            HostRow host =
                    HostRow.<HostRow>find("name", name)
                            .firstResultOptional()
                            .orElseThrow(() -> noSuchHost(name));
            String secret = Ids.secret();
            Instant expires = clock.instant().plus(VALIDITY);
            HostObservationRow row = locked(host);
            row.tokenSha256 = sha256(secret);
            row.tokenExpires = expires;
            row.tokenKeySha256 = null;
            changes.announce(host.changed(Kind.HOST, "invited", "a join token was given out"));
            return new JoinToken(name, secret + "." + authority.fingerprint(), expires);
        });
    }

    /**
     * Makes the owner of the key the host's agent, inside the caller's transaction.
     *
     * @throws ProblemException if the token is unknown, too old or another key's
     */
    public HostRow enrol(String secret, String keySha256) {
        HostObservationRow found =
                HostObservationRow.<HostObservationRow>find("tokenSha256", (Object) sha256(secret))
                        .firstResultOptional()
                        .orElseThrow(() -> refused("the token is not known"));
        HostRow host = em.find(HostRow.class, found.hostId);
        HostObservationRow row = locked(host);
        if (!Arrays.equals(row.tokenSha256, sha256(secret))) {
            throw refused("a newer token was given out for this host");
        }
        if (clock.instant().isAfter(row.tokenExpires)) {
            throw refused("the token ended at " + row.tokenExpires);
        }
        if (row.tokenKeySha256 != null && !row.tokenKeySha256.equals(keySha256)) {
            throw refused("the token was used by another agent");
        }
        if (row.tokenKeySha256 == null) {
            requireAlone(host, row, keySha256);
            row.tokenKeySha256 = keySha256;
            row.keySha256 = keySha256;
            row.agentStart = null;
            caller.is("host/" + host.name, null);
            changes.announce(host.changed(Kind.HOST, "joined", "an agent enrolled"));
        }
        return host;
    }

    /**
     * The agent before may be another machine's, which still runs what is on storage that both see; a proof must end that first. What is
     * to stay with its host whatever happens, no lease ends.
     */
    private void requireAlone(HostRow host, HostObservationRow row, String keySha256) {
        boolean another = row.keySha256 != null && !row.keySha256.equals(keySha256);
        if (!another) {
            return;
        }
        boolean unproven =
                em.createNativeQuery(
                                """
                                SELECT EXISTS (
                                    SELECT FROM volume v JOIN instance i ON i.id = v.instance_id JOIN pool p ON p.id = v.pool_id
                                    JOIN host_observation o ON o.host_id = v.host_id LEFT JOIN fence f ON f.id = o.fence_id
                                    WHERE v.host_id = :host AND p.shared
                                      AND (f.id IS NULL OR (f.proof = 'LEASE' AND i.restart_revision IS NULL)))
                                """,
                                Boolean.class)
                        .setParameter("host", host.id)
                        .getSingleResult();
        if (unproven) {
            throw ProblemException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "host %s has instances with volumes in shared pools, which the agent that it had may still run"
                            .formatted(host.name),
                    "start that agent again with its own data; or make sure that its machine is off, and declare the host lost");
        }
    }

    /** Remembers when the host's agent's certificate ends, inside the caller's transaction. */
    public void certified(HostRow host, Instant ends) {
        // What enrol has set would be lost by the refresh.
        em.flush();
        locked(host).certificateEnds = ends;
    }

    private HostObservationRow locked(HostRow host) {
        HostObservationRow row = em.find(HostObservationRow.class, host.id);
        em.refresh(row, LockModeType.PESSIMISTIC_WRITE);
        return row;
    }

    private static ProblemException noSuchHost(String name) {
        return ProblemException.of(
                ProblemCode.NOT_FOUND,
                "there is no host " + ProblemException.abbreviate(name),
                "create it first: yqctl host create");
    }

    private static ProblemException refused(String detail) {
        return ProblemException.of(
                ProblemCode.AGENT_TOKEN_INVALID,
                detail,
                "get a new one: yqctl host join-token HOST");
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
