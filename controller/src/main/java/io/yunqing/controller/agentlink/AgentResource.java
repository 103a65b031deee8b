package io.yunqing.controller.agentlink;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.agent.CertificateGrant;
import io.yunqing.api.agent.EnrolRequest;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.HostImages;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.HostStatistics;
import io.yunqing.api.agent.RenewRequest;
import io.yunqing.api.agent.ReportAnswer;
import io.yunqing.controller.compute.Consoles;
import io.yunqing.controller.compute.Statistics;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.storage.ImageFolder;
import io.yunqing.controller.storage.ImageSightings;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
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
    private final Enrolments enrolments;
    private final DesiredState desired;
    private final Reports reports;
    private final Consoles consoles;
    private final Statistics statistics;
    private final ImageFolder images;
    private final ImageSightings sightings;
    private final Transactions transactions;

    AgentResource(
            AgentIdentity identity,
            Enrolments enrolments,
            DesiredState desired,
            Reports reports,
            Consoles consoles,
            Statistics statistics,
            ImageFolder images,
            ImageSightings sightings,
            Transactions transactions) {
        this.identity = identity;
        this.enrolments = enrolments;
        this.desired = desired;
        this.reports = reports;
        this.consoles = consoles;
        this.statistics = statistics;
        this.images = images;
        this.sightings = sightings;
        this.transactions = transactions;
    }

    @POST
    @Path("enrol")
    @Operation(summary = "Trade a join token for a client certificate")
    public CertificateGrant enrol(@Valid @NotNull EnrolRequest request) {
        identity.requireTls();
        return enrolments.enrol(request);
    }

    @POST
    @Path("renew")
    @Operation(summary = "Get a new certificate for the same key")
    public CertificateGrant renew(@Valid @NotNull RenewRequest request) {
        return enrolments.renew(identity, request);
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
        return desired.behind(
                identity, after, Duration.ofSeconds(Math.clamp(wait, 0, LONGEST_WAIT_SECONDS)));
    }

    @POST
    @Path("observed")
    @Operation(summary = "What the host is")
    public ReportAnswer observed(@Valid @NotNull HostObserved report) {
        return reports.take(identity, report);
    }

    @GET
    @Path("images/{sha256}")
    @Operation(summary = "The bytes of an image that was uploaded, or those from Range on")
    public Response image(String sha256, @HeaderParam("Range") String range) {
        transactions.read(identity::host);
        return ImageBytes.answer(images, sha256, range);
    }

    @PUT
    @Path("statistics")
    @Operation(summary = "What the host's instances have used")
    public void statistics(@Valid @NotNull HostStatistics measured) {
        transactions.write(() -> {
            statistics.keep(identity.host().id, measured);
            return true;
        });
    }

    @PUT
    @Path("images")
    @Operation(summary = "What the host knows of images")
    public void images(@Valid @NotNull HostImages known) {
        transactions.write(() -> {
            HostRow host = identity.host();
            sightings.keep(host.id, host.name, known);
            return true;
        });
    }

    @PUT
    @Path("consoles/{instance}")
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(summary = "The last part of an instance's serial console")
    public void console(UUID instance, @QueryParam("end") long end, byte[] tail) {
        transactions.write(() -> consoles.keep(identity.host().id, instance, tail, end));
    }
}
