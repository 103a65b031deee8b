package io.yunqing.controller.agentlink;

import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.CertificateGrant;
import io.yunqing.api.agent.EnrolRequest;
import io.yunqing.api.agent.RenewRequest;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.fleet.Joining;
import io.yunqing.controller.pki.CertificateAuthority;
import io.yunqing.controller.pki.CertificateRequest;
import io.yunqing.controller.pki.Issued;
import io.yunqing.controller.pki.RequestRefused;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;

/** Gives agents their certificates. */
@ApplicationScoped
class Enrolments {
    private final Joining joining;
    private final CertificateAuthority authority;
    private final Transactions transactions;
    private final InstantSource clock;

    Enrolments(
            Joining joining,
            CertificateAuthority authority,
            Transactions transactions,
            InstantSource clock) {
        this.joining = joining;
        this.authority = authority;
        this.transactions = transactions;
        this.clock = clock;
    }

    CertificateGrant enrol(EnrolRequest request) {
        // That the caller owns the key is proven before the token is spent on it.
        CertificateRequest csr = parse(request.csr());
        return transactions.write(
                () -> grant(joining.enrol(request.token(), csr.keySha256()), csr));
    }

    CertificateGrant renew(AgentIdentity agent, RenewRequest request) {
        CertificateRequest csr = parse(request.csr());
        String present = agent.claim().keySha256();
        if (!csr.keySha256().equals(present)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "csr",
                    "is for another key than the present certificate",
                    present,
                    csr.keySha256(),
                    "renew with the same key, or enrol anew");
        }
        return transactions.write(() -> grant(agent.host(), csr));
    }

    private CertificateGrant grant(HostRow host, CertificateRequest csr) {
        Issued issued = authority.issueAgent(csr, host.id, clock.instant());
        joining.certified(host, issued.notAfter());
        return new CertificateGrant(
                host.id, host.name, issued.certificatePem(), authority.certificatePem());
    }

    private static CertificateRequest parse(String csr) {
        try {
            return CertificateRequest.parse(csr);
        } catch (RequestRefused refused) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "csr",
                    refused.getMessage(),
                    null,
                    null,
                    "send a PKCS #10 request in PEM for an EC key, signed by that key");
        }
    }
}
