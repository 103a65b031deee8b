package io.yunqing.controller.tenancy;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Kind;
import io.yunqing.api.Tenant;
import io.yunqing.api.TenantStatus;
import io.yunqing.api.Usage;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.References;
import io.yunqing.controller.platform.Resources;
import io.yunqing.controller.platform.SimpleNoun;
import io.yunqing.controller.platform.Where;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Applications' isolated shares of compute and storage. */
@Path("/v1/tenants")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Tenants")
@RunOnVirtualThread
public class TenantResource implements SimpleNoun<TenantRow, Tenant> {
    private final Resources resources;
    private final Lists lists;
    private final Ledger ledger;
    private final Quota quota;
    private final References references;

    TenantResource(
            Resources resources, Lists lists, Ledger ledger, Quota quota, References references) {
        this.resources = resources;
        this.lists = lists;
        this.ledger = ledger;
        this.quota = quota;
        this.references = references;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List tenants")
    @APIResponseSchema(value = Tenant[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @QueryParam("application") String application,
            @QueryParam("department") String department,
            @Context HttpHeaders headers) {
        Where<Tenant> where =
                Where.<Tenant>all()
                        .filter(
                                "application",
                                application,
                                "r.application_id = (SELECT id FROM application WHERE name = :application)")
                        .filter(
                                "department",
                                department,
                                """
                                r.application_id IN (
                                    SELECT a.id FROM application a JOIN department d ON d.id = a.department_id
                                    WHERE d.name = :department)
                                """);
        return lists.answer(this, query, where, headers);
    }

    @POST
    @Operation(summary = "Create a tenant")
    @APIResponseSchema(value = Tenant.class, responseCode = "201")
    public Response create(Tenant body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a tenant")
    @APIResponseSchema(value = Tenant.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(summary = "Create or update a tenant")
    @APIResponseSchema(value = Tenant.class, responseCode = "200")
    public Response put(String name, Tenant body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete a tenant")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(this, name, call);
    }

    @Override
    public Kind kind() {
        return Kind.TENANT;
    }

    @Override
    public Class<TenantRow> rowClass() {
        return TenantRow.class;
    }

    @Override
    public Optional<TenantRow> find(String name) {
        return TenantRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Tenant> views(List<TenantRow> rows) {
        List<UUID> ids = rows.stream().map(row -> row.id).toList();
        Map<UUID, Map<String, Usage>> limits = ledger.limits(ids);
        Map<UUID, Long> instances = references.count("instance", "tenant_id", rows);
        return rows.stream()
                .map(row ->
                        new Tenant(
                                kind(),
                                row.metadata(),
                                row.spec,
                                new TenantStatus(
                                        row.application.department.name,
                                        Quota.granted(limits.get(row.id)),
                                        Quota.used(limits.get(row.id)),
                                        instances.get(row.id).intValue())))
                .toList();
    }

    @Override
    public void create(TenantRow row, Tenant asked) {
        String application = asked.spec().application();
        row.application =
                ApplicationRow.<ApplicationRow>find("name", application)
                        .firstResultOptional()
                        .orElseThrow(() ->
                                Asked.unknown("spec.application", Kind.APPLICATION, application));
        row.spec = asked.spec();
        ledger.openOwner(row.id, row.application.department.id, true);
        quota.set(row.id, row.spec.limits(), row.spec.grants());
    }

    @Override
    public void update(TenantRow row, Tenant asked) {
        Asked.same("spec.application", row.spec.application(), asked.spec().application());
        row.spec = asked.spec();
        quota.set(row.id, row.spec.limits(), row.spec.grants());
    }

    @Override
    public boolean delete(TenantRow row) {
        references.refuseIfAny(row, "instances", "SELECT name FROM instance WHERE tenant_id = :id");
        references.refuseIfAny(row, "volumes", "SELECT name FROM volume WHERE tenant_id = :id");
        references.refuseIfAny(
                row, "placement groups", "SELECT name FROM placement_group WHERE tenant_id = :id");
        references.refuseIfAny(row, "networks", "SELECT name FROM network WHERE tenant_id = :id");
        references.refuseIfAny(
                row,
                "hosts kept for it",
                """
                SELECT h.name FROM host h JOIN tenant t ON t.name = h.spec ->> 'tenant' WHERE t.id = :id
                """);
        ledger.dropOwner(row.id);
        return true;
    }
}
