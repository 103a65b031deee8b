package io.yunqing.agent.link;

import io.yunqing.api.agent.CertificateGrant;
import io.yunqing.api.agent.EnrolRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** How an agent becomes a host's agent: once, by a join token. */
public final class Enrolment {

    private static final Logger LOG = Logger.getLogger(Enrolment.class.getName());

    private Enrolment() {}

    /**
     * The identity of this data directory: the one it has, or one asked for with the token. Goes on asking while the
     * controller cannot be reached; gives up when it says no.
     */
    public static Identity ensure(
            Path data,
            Endpoint controller,
            @Nullable JoinToken token,
            InstantSource clock,
            Rhythm rhythm)
            throws IOException, GeneralSecurityException, InterruptedException, LinkFault {
        var known = Identity.load(data);
        if (known != null && known.expires().isAfter(clock.instant())) {
            return known;
        }
        if (token == null) {
            throw new GeneralSecurityException(
                    known == null
                            ? "%s holds no identity yet: give a join token".formatted(data)
                            : "the certificate in %s ended at %s: give a new join token"
                                    .formatted(data, known.expires()));
        }
        return join(data, controller, token, rhythm);
    }

    private static Identity join(Path data, Endpoint controller, JoinToken token, Rhythm rhythm)
            throws IOException, GeneralSecurityException, InterruptedException, LinkFault {
        var key = Identity.key(data);
        var request = new EnrolRequest(token.secret(), Pem.signingRequest(key));
        var patience = rhythm.patience(LOG, "enrolment");
        try (var link = new HttpController(controller, Tls.pinned(token.fingerprint()))) {
            while (true) {
                try {
                    var grant = link.enrol(request);
                    requirePinned(grant, token);
                    var identity = Identity.accept(data, key, grant);
                    LOG.info("enrolled as host %s (%s)".formatted(grant.name(), grant.host()));
                    return identity;
                } catch (LinkFault fault) {
                    var pause = patience.failed(fault);
                    if (fault.needsPerson()) {
                        throw fault;
                    }
                    Thread.sleep(pause);
                }
            }
        }
    }

    private static void requirePinned(CertificateGrant grant, JoinToken token)
            throws GeneralSecurityException {
        if (!Tls.fingerprint(Pem.certificate(grant.ca())).equals(token.fingerprint())) {
            throw new GeneralSecurityException(
                    "the controller granted a certificate of another authority than the join token's");
        }
    }
}
