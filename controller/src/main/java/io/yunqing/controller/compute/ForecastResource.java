package io.yunqing.controller.compute;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Headroom;
import io.yunqing.api.Rebalancing;
import io.yunqing.api.Rehearsal;
import io.yunqing.api.Simulation;
import io.yunqing.controller.platform.Parameters;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What would be if. Nothing is touched. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Forecasts")
@RunOnVirtualThread
public class ForecastResource {
    private final Forecast forecast;
    private final RebalancingPlanner rebalancing;
    private final Rehearsals rehearsals;

    ForecastResource(Forecast forecast, RebalancingPlanner rebalancing, Rehearsals rehearsals) {
        this.forecast = forecast;
        this.rebalancing = rebalancing;
        this.rehearsals = rehearsals;
    }

    @GET
    @Path("headroom")
    @Operation(
            summary =
                    "How many more instances of a flavor fit, now and with one host, rack or zone lost")
    public Headroom headroom(
            @QueryParam("flavor") @Parameter(required = true) String flavor,
            @QueryParam("zone") @Parameter(description = "only in this zone") String zone,
            @QueryParam("tenant") @Parameter(description = "also on hosts kept for this tenant")
                    String tenant,
            @Context UriInfo uri) {
        Parameters.requireKnown(uri, Set.of("flavor", "zone", "tenant"));
        if (flavor == null) {
            throw Parameters.refused(
                    "flavor", "is missing", null, "name a flavor; list them with GET /v1/flavors");
        }
        return forecast.headroom(tenant, flavor, zone);
    }

    @POST
    @Path("simulations")
    @Operation(summary = "Where instances would go that nobody asks for yet, or why nowhere")
    public Simulation.Answer simulate(
            @Valid @NotNull Simulation.Request request, @Context UriInfo uri) {
        Parameters.requireKnown(uri, Set.of());
        return forecast.simulate(request);
    }

    @POST
    @Path("rebalancings")
    @Operation(
            summary =
                    "Which instances to move so that hosts become empty or none is hot, what that costs and what it brings")
    public Rebalancing.Answer rebalance(
            @Valid @NotNull Rebalancing.Request request, @Context UriInfo uri) {
        Parameters.requireKnown(uri, Set.of());
        return rebalancing.plan(request);
    }

    @POST
    @Path("rehearsals")
    @Operation(
            summary =
                    "What would become of instances if a host, a rack or a zone were lost: which find room where, and which none")
    public Rehearsal.Answer rehearse(
            @Valid @NotNull Rehearsal.Request request, @Context UriInfo uri) {
        Parameters.requireKnown(uri, Set.of());
        return rehearsals.rehearse(request);
    }
}
