package io.yunqing.controller.backup;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.Repository;
import io.yunqing.api.RepositorySpec;
import io.yunqing.api.RepositoryStatus;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.References;
import io.yunqing.controller.platform.Resources;
import io.yunqing.controller.platform.SimpleNoun;
import io.yunqing.controller.platform.Where;
import jakarta.persistence.Tuple;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.hibernate.Session;

/** Where backups are kept. */
@Path("/v1/repositories")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Repositories")
@RunOnVirtualThread
public class RepositoryResource implements SimpleNoun<RepositoryRow, Repository> {
    private static final RepositoryStatus EMPTY = new RepositoryStatus(0, 0);
    private static final int LAST_PORT = 65_535;

    private final Session em;
    private final Resources resources;
    private final Lists lists;
    private final References references;

    RepositoryResource(Session em, Resources resources, Lists lists, References references) {
        this.em = em;
        this.resources = resources;
        this.lists = lists;
        this.references = references;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List repositories")
    @APIResponseSchema(value = Repository[].class, responseCode = "200")
    public Response list(@BeanParam ListQuery query, @Context HttpHeaders headers) {
        Where<Repository> where = Where.all();
        return lists.answer(this, query, where, headers);
    }

    @POST
    @Operation(summary = "Create a repository: a directory or a bucket that all hosts reach")
    @APIResponseSchema(value = Repository.class, responseCode = "201")
    public Response create(Repository body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a repository")
    @APIResponseSchema(value = Repository.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(
            summary =
                    "Create or update a repository; its place can be changed while nothing is on its way to or from it")
    @APIResponseSchema(value = Repository.class, responseCode = "200")
    public Response put(String name, Repository body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete a repository that has no backups")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(this, name, call);
    }

    @Override
    public Kind kind() {
        return Kind.REPOSITORY;
    }

    @Override
    public Class<RepositoryRow> rowClass() {
        return RepositoryRow.class;
    }

    @Override
    public Optional<RepositoryRow> find(String name) {
        return RepositoryRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Repository> views(List<RepositoryRow> rows) {
        Map<UUID, RepositoryStatus> status = status(rows);
        return rows.stream()
                .map(row ->
                        new Repository(
                                kind(),
                                row.metadata(),
                                row.spec,
                                status.getOrDefault(row.id, EMPTY)))
                .toList();
    }

    private Map<UUID, RepositoryStatus> status(List<RepositoryRow> rows) {
        List<Tuple> found =
                em.createNativeQuery(
                                """
                                SELECT repository_id, count(*) AS backups, cast(coalesce(sum(bytes), 0) AS bigint) AS bytes
                                FROM backup WHERE repository_id = ANY (:ids) GROUP BY 1
                                """,
                                Tuple.class)
                        .setParameter("ids", rows.stream().map(row -> row.id).toArray(UUID[]::new))
                        .getResultList();
        Map<UUID, RepositoryStatus> status = new HashMap<>();
        for (Tuple row : found) {
            status.put(
                    row.get("repository_id", UUID.class),
                    new RepositoryStatus(
                            row.get("backups", Long.class).intValue(),
                            row.get("bytes", Long.class)));
        }
        return status;
    }

    @Override
    public void create(RepositoryRow row, Repository asked) {
        requireOneForm(asked.spec());
        requireUnshared(row, asked.spec());
        row.spec = asked.spec();
    }

    @Override
    public void update(RepositoryRow row, Repository asked) {
        if (!row.spec.equals(asked.spec())) {
            requireOneForm(asked.spec());
            requireUnshared(row, asked.spec());
            references.refuseIfAny(
                    row,
                    "backups on their way",
                    "SELECT name FROM backup WHERE repository_id = :id AND (deleted OR NOT made)");
            references.refuseIfAny(
                    row,
                    "volumes that are being made from its backups",
                    "SELECT v.name FROM volume v JOIN backup b ON b.id = v.backup_id WHERE b.repository_id = :id");
            row.spec = asked.spec();
        }
    }

    @Override
    public boolean delete(RepositoryRow row) {
        references.refuseIfAny(
                row,
                "backups",
                "SELECT t.name || '/' || b.name FROM backup b JOIN tenant t ON t.id = b.tenant_id WHERE b.repository_id = :id");
        return true;
    }

    /** A store has a bucket, and a directory has nothing that only a store has. */
    private static void requireOneForm(RepositorySpec spec) {
        if (!spec.inFolder()) {
            if (spec.bucket() == null) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        "spec.bucket",
                        "must be given with the url of a store",
                        null,
                        null,
                        "name the bucket, which must be there already");
            }
            if (URI.create(spec.url()).getPort() > LAST_PORT) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        "spec.url",
                        "has a port that there is not",
                        "at most " + LAST_PORT,
                        spec.url(),
                        "correct the port");
            }
            return;
        }
        refuseOfFolder("spec.bucket", spec.bucket());
        refuseOfFolder("spec.prefix", spec.prefix());
        refuseOfFolder("spec.region", spec.region());
        refuseOfFolder("spec.pathStyle", spec.pathStyle());
    }

    private static void refuseOfFolder(String field, Object value) {
        if (value != null) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    field,
                    "says something of a store, and the url is that of a directory",
                    null,
                    value,
                    "leave it out, or give the http(s) url of an S3-compatible store");
        }
    }

    /** A place bears the mark of one repository. */
    private void requireUnshared(RepositoryRow row, RepositorySpec spec) {
        em.createNativeQuery(
                        """
                        SELECT name FROM repository
                        WHERE spec ->> 'url' = :url AND coalesce(spec ->> 'bucket', '') = :bucket
                            AND coalesce(spec ->> 'prefix', '') = :prefix AND id <> :id
                        """,
                        String.class)
                .setParameter("url", spec.url())
                .setParameter("bucket", Objects.requireNonNullElse(spec.bucket(), ""))
                .setParameter("prefix", Objects.requireNonNullElse(spec.prefix(), ""))
                .setParameter("id", row.id)
                .getResultStream()
                .findFirst()
                .ifPresent(other -> {
                    throw ProblemException.field(
                            ProblemCode.FIELD_INVALID,
                            "spec.url",
                            "is where repository %s is".formatted(other),
                            null,
                            spec.url(),
                            spec.inFolder()
                                    ? "use that one, or name another directory"
                                    : "use that one, or name another bucket or prefix");
                });
    }
}
