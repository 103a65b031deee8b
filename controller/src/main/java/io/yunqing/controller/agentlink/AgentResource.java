package io.yunqing.controller.agentlink;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.CertificateGrant;
import io.yunqing.api.agent.EnrolRequest;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.RenewRequest;
import io.yunqing.api.agent.ReportAnswer;
import io.yunqing.controller.compute.Consoles;
import io.yunqing.controller.fleet.AgentPolicy;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.fleet.Joining;
import io.yunqing.controller.pki.CertificateAuthority;
import io.yunqing.controller.pki.Issued;
import io.yunqing.controller.pki.RequestRefused;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Signals;
import io.yunqing.controller.platform.Transactions;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The calls of the agent protocol; see {@link io.yunqing.api.agent}. */
@Path("/agent/v1")
@Tag(name = "Agents", description = "for host agents, over mutual TLS")
@RunOnVirtualThread
public class AgentResource {
    private static final int LONGEST_WAIT_SECONDS = 60;

    private final AgentIdentity identity;
    private final Joining joining;
    private final CertificateAuthority authority;
    private final DesiredState desired;
    private final Observations observations;
    private final Consoles consoles;
    private final Fleet fleet;
    private final AgentPolicy policy;
    private final Signals signals;
    private final InstantSource clock;

    private final Transactions transactions;

    AgentResource(
            AgentIdentity identity,
            Joining joining,
            CertificateAuthority authority,
            DesiredState desired,
            Observations observations,
            Consoles consoles,
            Fleet fleet,
            AgentPolicy policy,
            Signals signals,
            InstantSource clock,
            Transactions transactions) {
        this.transactions = transactions;
        this.identity = identity;
        this.joining = joining;
        this.authority = authority;
        this.desired = desired;
        this.observations = observations;
        this.consoles = consoles;
        this.fleet = fleet;
        this.policy = policy;
        this.signals = signals;
        this.clock = clock;
    }

    @POST
    @Path("enrol")
    @Operation(summary = "Trade a join token for a client certificate")
    public CertificateGrant enrol(@Valid @NotNull EnrolRequest request) {
        identity.requireTls();
        return transactions.write(() -> {
            // Signing proves that the caller owns the key before the token is spent on it.
            Issued proof = issue(request.csr(), new UUID(0, 0));
            HostRow host = joining.enrol(request.token(), proof.keySha256());
            return grant(host, issue(request.csr(), host.id));
        });
    }

    @POST
    @Path("renew")
    @Operation(summary = "Get a new certificate for the same key")
    public CertificateGrant renew(@Valid @NotNull RenewRequest request) {
        return transactions.write(() -> {
            HostRow host = identity.host();
            Issued issued = issue(request.csr(), host.id);
            if (!issued.keySha256().equals(identity.keySha256())) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        "csr",
                        "is for another key than the present certificate",
                        identity.keySha256(),
                        issued.keySha256(),
                        "renew with the same key, or enrol anew");
            }
            return grant(host, issued);
        });
    }

    @GET
    @Path("desired")
    @Operation(
            summary =
                    "What the host should be: all behind a revision; waits if there is nothing yet")
    public HostDesired desired(
            @QueryParam("after") @DefaultValue("0") long after,
            @QueryParam("wait") @DefaultValue("0") int wait)
            throws InterruptedException {
        UUID host = transactions.write(() -> identity.host().id);
        String topic = Fleet.topic(host);
        Instant end = clock.instant().plusSeconds(Math.clamp(wait, 0, LONGEST_WAIT_SECONDS));
        while (true) {
            long seen = signals.count(topic);
            HostDesired answer = transactions.read(() -> desired.behind(host, after));
            Duration left = Duration.between(clock.instant(), end);
            if (answer.complete()
                    || answer.revision() != after
                    || !left.isPositive()
                    || signals.ended()) {
                return answer;
            }
            signals.await(topic, seen, left);
        }
    }

    @POST
    @Path("observed")
    @Operation(summary = "What the host is")
    public ReportAnswer observed(@Valid @NotNull HostObserved report) {
        return transactions.write(() -> {
            HostRow host = identity.host();
            observations.accept(host, report);
            return new ReportAnswer(
                    policy.reportEvery().toMillis(),
                    policy.lease().toMillis(),
                    fleet.revision(host.id));
        });
    }

    @PUT
    @Path("consoles/{instance}")
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(summary = "The last part of an instance's serial console")
    public void console(UUID instance, @QueryParam("end") long end, byte[] tail) {
        transactions.write(() -> consoles.keep(identity.host().id, instance, tail, end));
    }

    private CertificateGrant grant(HostRow host, Issued issued) {
        return new CertificateGrant(
                host.id, host.name, issued.certificatePem(), authority.certificatePem());
    }

    private Issued issue(String csr, UUID host) {
        try {
            return authority.issueAgent(csr, host, clock.instant());
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
