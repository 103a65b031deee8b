package io.yunqing.controller.fence;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.HostDeclaration;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.fleet.HostRow;
import io.yunqing.controller.platform.Parameters;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The word of people that a host is lost. */
@Path("/v1/hosts/{name}/declarations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Availability")
@RunOnVirtualThread
public class DeclarationResource {
    private final Fences fences;
    private final LeaseJudge judge;
    private final Transactions transactions;

    DeclarationResource(Fences fences, LeaseJudge judge, Transactions transactions) {
        this.fences = fences;
        this.judge = judge;
        this.transactions = transactions;
    }

    @POST
    @Operation(
            summary =
                    "Say that a host is lost; when a second person says the same within an hour, its instances are started on others")
    public HostDeclaration.Answer declare(
            String name, @Valid @NotNull HostDeclaration.Request request, @Context UriInfo uri) {
        Parameters.requireKnown(uri, Set.of());
        return transactions.write(() ->
                fences.declare(
                        HostRow.<HostRow>find("name", name)
                                .firstResultOptional()
                                .orElseThrow(() ->
                                        ProblemException.of(
                                                ProblemCode.NOT_FOUND,
                                                "there is no host "
                                                        + ProblemException.abbreviate(name),
                                                "list them with GET /v1/hosts")),
                        request.reason(),
                        judge));
    }
}
