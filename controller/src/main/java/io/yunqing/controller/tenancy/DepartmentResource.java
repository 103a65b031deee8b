package io.yunqing.controller.tenancy;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Department;
import io.yunqing.api.DepartmentStatus;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.Usage;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.ProblemException;
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
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.hibernate.Session;

/** The tree of agencies. */
@Path("/v1/departments")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Departments")
@RunOnVirtualThread
public class DepartmentResource implements SimpleNoun<DepartmentRow, Department> {
    private final Resources resources;
    private final Lists lists;
    private final Session em;
    private final Ledger ledger;
    private final Quota quota;
    private final References references;

    DepartmentResource(
            Resources resources,
            Lists lists,
            Session em,
            Ledger ledger,
            Quota quota,
            References references) {
        this.resources = resources;
        this.lists = lists;
        this.em = em;
        this.ledger = ledger;
        this.quota = quota;
        this.references = references;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List departments")
    @APIResponseSchema(value = Department[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @QueryParam("parent") String parent,
            @Context HttpHeaders headers) {
        Where<Department> where =
                Where.<Department>all()
                        .filter(
                                "parent",
                                parent,
                                "r.parent_id = (SELECT id FROM department WHERE name = :parent)");
        return lists.answer(this, query, where, headers);
    }

    @POST
    @Operation(summary = "Create a department")
    @APIResponseSchema(value = Department.class, responseCode = "201")
    public Response create(Department body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a department")
    @APIResponseSchema(value = Department.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(summary = "Create or update a department")
    @APIResponseSchema(value = Department.class, responseCode = "200")
    public Response put(String name, Department body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete a department")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(this, name, call);
    }

    @Override
    public Kind kind() {
        return Kind.DEPARTMENT;
    }

    @Override
    public Class<DepartmentRow> rowClass() {
        return DepartmentRow.class;
    }

    @Override
    public Optional<DepartmentRow> find(String name) {
        return DepartmentRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Department> views(List<DepartmentRow> rows) {
        Map<UUID, Long> children = references.count("department", "parent_id", rows);
        Map<UUID, Long> applications = references.count("application", "department_id", rows);
        Map<UUID, Map<String, Usage>> limits =
                ledger.limits(rows.stream().map(row -> row.id).toList());
        return rows.stream()
                .map(row ->
                        new Department(
                                kind(),
                                row.metadata(),
                                row.spec,
                                new DepartmentStatus(
                                        path(row),
                                        children.get(row.id).intValue(),
                                        applications.get(row.id).intValue(),
                                        Quota.granted(limits.get(row.id)),
                                        Quota.used(limits.get(row.id)))))
                .toList();
    }

    @Override
    public void create(DepartmentRow row, Department asked) {
        row.parent = parent(asked);
        row.spec = asked.spec();
        ledger.openOwner(row.id, row.parent == null ? null : row.parent.id, false);
        quota.set(row.id, row.spec.limits(), row.spec.grants());
    }

    @Override
    public void update(DepartmentRow row, Department asked) {
        lockTree();
        DepartmentRow parent = parent(asked);
        if (parent != null && liesBelow(parent, row)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.parent",
                    "is the department itself or lies below it",
                    "a department outside " + row.name,
                    parent.name,
                    "choose a parent that does not depend on this department");
        }
        if (!Objects.equals(row.parent, parent)) {
            quota.move(row.id, row.name, parent);
        }
        row.parent = parent;
        row.spec = asked.spec();
        quota.set(row.id, row.spec.limits(), row.spec.grants());
    }

    @Override
    public boolean delete(DepartmentRow row) {
        references.refuseIfAny(
                row, "departments", "SELECT name FROM department WHERE parent_id = :id");
        references.refuseIfAny(
                row, "applications", "SELECT name FROM application WHERE department_id = :id");
        ledger.dropOwner(row.id);
        return true;
    }

    private static String path(DepartmentRow row) {
        return row.parent == null ? row.name : path(row.parent) + "/" + row.name;
    }

    private static DepartmentRow parent(Department asked) {
        String parent = asked.spec().parent();
        return parent == null
                ? null
                : DepartmentRow.<DepartmentRow>find("name", parent)
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown("spec.parent", Kind.DEPARTMENT, parent));
    }

    /** Asks the database, because what was read before the lock may have moved. */
    private boolean liesBelow(DepartmentRow lower, DepartmentRow upper) {
        return em.createNativeQuery(
                        """
                        WITH RECURSIVE above (id, parent_id) AS (
                            SELECT id, parent_id FROM department WHERE id = :lower
                            UNION
                            SELECT d.id, d.parent_id FROM department d JOIN above a ON d.id = a.parent_id
                        )
                        SELECT EXISTS (SELECT FROM above WHERE id = :upper)
                        """,
                        Boolean.class)
                .setParameter("lower", lower.id)
                .setParameter("upper", upper.id)
                .getSingleResult();
    }

    /** Two moves that are harmless alone can close a circle together; so moves go one after the other. */
    private void lockTree() {
        em.createNativeQuery(
                        "SELECT pg_advisory_xact_lock(hashtext('department tree'))", Object.class)
                .getSingleResult();
    }
}
