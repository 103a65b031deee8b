package io.yunqing.controller.tenancy;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Application;
import io.yunqing.api.ApplicationStatus;
import io.yunqing.api.Kind;
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

/** Departmental business systems. */
@Path("/v1/applications")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Applications")
@RunOnVirtualThread
public class ApplicationResource implements SimpleNoun<ApplicationRow, Application> {
    private final Resources resources;
    private final Lists lists;
    private final References references;
    private final Quota quota;

    ApplicationResource(Resources resources, Lists lists, References references, Quota quota) {
        this.resources = resources;
        this.lists = lists;
        this.references = references;
        this.quota = quota;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List applications")
    @APIResponseSchema(value = Application[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @QueryParam("department") String department,
            @Context HttpHeaders headers) {
        Where<Application> where =
                Where.<Application>all()
                        .filter(
                                "department",
                                department,
                                "r.department_id = (SELECT id FROM department WHERE name = :department)");
        return lists.answer(this, query, where, headers);
    }

    @POST
    @Operation(summary = "Create an application")
    @APIResponseSchema(value = Application.class, responseCode = "201")
    public Response create(Application body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get an application")
    @APIResponseSchema(value = Application.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(summary = "Create or update an application")
    @APIResponseSchema(value = Application.class, responseCode = "200")
    public Response put(String name, Application body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete an application")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(this, name, call);
    }

    @Override
    public Kind kind() {
        return Kind.APPLICATION;
    }

    @Override
    public Class<ApplicationRow> rowClass() {
        return ApplicationRow.class;
    }

    @Override
    public Optional<ApplicationRow> find(String name) {
        return ApplicationRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Application> views(List<ApplicationRow> rows) {
        Map<UUID, Long> tenants = references.count("tenant", "application_id", rows);
        return rows.stream()
                .map(row ->
                        new Application(
                                kind(),
                                row.metadata(),
                                row.spec,
                                new ApplicationStatus(tenants.get(row.id).intValue())))
                .toList();
    }

    @Override
    public void create(ApplicationRow row, Application asked) {
        row.department = department(asked);
        row.spec = asked.spec();
    }

    /** With another department, what its tenants may use and do use counts there. */
    @Override
    public void update(ApplicationRow row, Application asked) {
        DepartmentRow department = department(asked);
        if (!department.equals(row.department)) {
            TenantRow.<TenantRow>list("application = ?1 order by id", row)
                    .forEach(tenant -> quota.move(tenant.id, tenant.name, department));
        }
        row.department = department;
        row.spec = asked.spec();
    }

    private static DepartmentRow department(Application asked) {
        String department = asked.spec().department();
        return DepartmentRow.<DepartmentRow>find("name", department)
                .firstResultOptional()
                .orElseThrow(() -> Asked.unknown("spec.department", Kind.DEPARTMENT, department));
    }

    @Override
    public boolean delete(ApplicationRow row) {
        references.refuseIfAny(
                row, "tenants", "SELECT name FROM tenant WHERE application_id = :id");
        return true;
    }
}
