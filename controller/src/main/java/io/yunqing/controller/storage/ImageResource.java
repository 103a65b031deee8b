package io.yunqing.controller.storage;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Image;
import io.yunqing.api.ImageCheckRequest;
import io.yunqing.api.ImageChecks;
import io.yunqing.api.ImageSpec;
import io.yunqing.api.ImageStage;
import io.yunqing.api.ImageStatus;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.Call;
import io.yunqing.controller.platform.ListQuery;
import io.yunqing.controller.platform.Lists;
import io.yunqing.controller.platform.Parameters;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.References;
import io.yunqing.controller.platform.Resources;
import io.yunqing.controller.platform.SimpleNoun;
import io.yunqing.controller.platform.Where;
import io.yunqing.controller.storage.UploadStore.Upload;
import jakarta.validation.Valid;
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

/** What instances boot from. */
@Path("/v1/images")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Images")
@RunOnVirtualThread
public class ImageResource implements SimpleNoun<ImageRow, Image> {
    private final Resources resources;
    private final Lists lists;
    private final References references;
    private final UploadStore uploadStore;
    private final Uploads uploads;
    private final UploadSweep sweep;
    private final Signatures signatures;
    private final ImageUse use;
    private final ImageSightings sightings;
    private final ImageCheckViews checks;

    ImageResource(
            Resources resources,
            Lists lists,
            References references,
            UploadStore uploadStore,
            Uploads uploads,
            UploadSweep sweep,
            Signatures signatures,
            ImageUse use,
            ImageSightings sightings,
            ImageCheckViews checks) {
        this.sweep = sweep;
        this.resources = resources;
        this.lists = lists;
        this.references = references;
        this.uploadStore = uploadStore;
        this.uploads = uploads;
        this.signatures = signatures;
        this.use = use;
        this.sightings = sightings;
        this.checks = checks;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List images")
    @APIResponseSchema(value = Image[].class, responseCode = "200")
    public Response list(
            @BeanParam ListQuery query,
            @QueryParam("stage") String stage,
            @QueryParam("signer") String signer,
            @QueryParam("signed") String signed,
            @Context HttpHeaders headers) {
        Parameters.requireTruth("signed", signed);
        Where<Image> where = Where.all();
        where.filter(
                        "signer",
                        signer,
                        "r.signer_key = (SELECT public_key FROM signer WHERE name = :signer)")
                .filter("signed", signed, "cast(r.signature IS NOT NULL AS text) = :signed")
                .word(
                        "stage",
                        stage,
                        ImageStage.class,
                        wanted ->
                                where.and(
                                        "stage",
                                        wanted.name(),
                                        "coalesce(r.spec ->> 'stage', 'PUBLISHED') = :stage"));
        return lists.answer(this, query, where, headers);
    }

    @POST
    @Operation(summary = "Create an image")
    @APIResponseSchema(value = Image.class, responseCode = "201")
    public Response create(Image body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get an image")
    @APIResponseSchema(value = Image.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(summary = "Create or update an image")
    @APIResponseSchema(value = Image.class, responseCode = "200")
    public Response put(String name, Image body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete an image")
    public Response delete(String name, @BeanParam Call call) {
        Response answer = resources.delete(this, name, call);
        sweep.deleteUnwanted();
        return answer;
    }

    @POST
    @Path("{name}/check")
    @Operation(
            summary = "Ask one host to fetch an image and look whether it is good",
            description = "status.checks says what came of it.")
    @APIResponseSchema(value = Image.class, responseCode = "200")
    public Response check(String name, @Valid ImageCheckRequest body, @BeanParam Call call) {
        return resources.act(
                this,
                name,
                row -> {
                    if (row.spec.stageOrDefault() == ImageStage.REVOKED) {
                        throw ProblemException.of(
                                ProblemCode.IMAGE_NOT_PUBLISHED,
                                "image %s is revoked".formatted(name),
                                "check another image; nothing is made from this one any more");
                    }
                    ImageLifecycle.requireReady(name, row.isReady());
                    sightings.ask(row, body == null ? null : body.zone());
                },
                call);
    }

    @Override
    public Kind kind() {
        return Kind.IMAGE;
    }

    @Override
    public Class<ImageRow> rowClass() {
        return ImageRow.class;
    }

    @Override
    public Optional<ImageRow> find(String name) {
        return ImageRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Image> views(List<ImageRow> rows) {
        Map<UUID, Long> instances = references.count("instance", "image_id", rows);
        Map<UUID, Upload> underWay = uploadStore.of(rows);
        Map<UUID, String> signers = signatures.signers(rows);
        Map<UUID, ImageChecks> checked = checks.of(rows);
        return rows.stream()
                .map(row ->
                        new Image(
                                kind(),
                                row.metadata(),
                                row.spec.withSignature(row.signature),
                                new ImageStatus(
                                        instances.get(row.id).intValue(),
                                        row.spec.url() == null
                                                ? uploads.status(row, underWay.get(row.id))
                                                : null,
                                        signers.get(row.id),
                                        checked.get(row.id))))
                .toList();
    }

    @Override
    public void create(ImageRow row, Image asked) {
        ImageStage stage = asked.spec().stageOrDefault();
        signatures.set(row, asked.spec().sha256(), asked.spec().signature());
        use.requirePublishable(stage, row.isSigned());
        row.spec = stored(asked.spec(), stage);
    }

    @Override
    public void update(ImageRow row, Image asked) {
        requireSameOrigin(row.spec, asked.spec());
        Asked.same("spec.sha256", row.spec.sha256(), asked.spec().sha256());
        Asked.same("spec.format", row.spec.format(), asked.spec().format());
        Asked.same("spec.firmware", row.spec.firmwareOrDefault(), asked.spec().firmwareOrDefault());
        ImageStage stage =
                asked.spec().stage() == null ? row.spec.stageOrDefault() : asked.spec().stage();
        ImageLifecycle.requireMove(row.spec.stageOrDefault(), stage);
        boolean wasSigned = row.isSigned();
        signatures.set(row, row.spec.sha256(), asked.spec().signature());
        use.requirePublishable(row.spec.stageOrDefault(), wasSigned, stage, row.isSigned());
        ImageStage before = row.spec.stageOrDefault();
        if (before == ImageStage.IMPORTED && ImageLifecycle.isUsable(stage)) {
            checks.requireNotRefused(row);
        }
        row.spec = stored(asked.spec(), stage);
        if (before != stage && stage == ImageStage.REVOKED) {
            sightings.revoked(row);
        }
    }

    private static ImageSpec stored(ImageSpec asked, ImageStage stage) {
        return asked.withStage(stage).withSignature(null);
    }

    private static void requireSameOrigin(ImageSpec current, ImageSpec asked) {
        if ((current.url() == null) != (asked.url() == null)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_IMMUTABLE,
                    "spec.url",
                    current.url() == null
                            ? "is absent, as the image's bytes are uploaded, and cannot be added"
                            : "can be changed and not removed",
                    current.url(),
                    asked.url(),
                    "create another image");
        }
    }

    @Override
    public boolean delete(ImageRow row) {
        references.refuseIfAny(row, "instances", "SELECT name FROM instance WHERE image_id = :id");
        references.refuseIfAny(
                row,
                "instances that are rescued with it",
                "SELECT name FROM instance WHERE rescue_image_id = :id");
        return true;
    }
}
