package io.yunqing.controller.ledger;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.controller.platform.Transactions;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/v1/doctor")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Doctor")
@RunOnVirtualThread
public class DoctorResource {
    private final Ledger ledger;

    private final Transactions transactions;

    DoctorResource(Ledger ledger, Transactions transactions) {
        this.transactions = transactions;
        this.ledger = ledger;
    }

    /** What the ledger's sums say against what its allocations add up to. */
    public record Diagnosis(boolean healthy, List<String> differences) {}

    @GET
    @Operation(summary = "Recompute every sum of the ledger from its allocations")
    public Diagnosis examine() {
        List<String> differences = transactions.read(ledger::doctor);
        return new Diagnosis(differences.isEmpty(), differences);
    }
}
