package io.yunqing.controller.storage;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.Kind;
import io.yunqing.api.Signer;
import io.yunqing.api.SignerStatus;
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
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Whose signatures vouch for images. */
@Path("/v1/signers")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Signers")
@RunOnVirtualThread
public class SignerResource implements SimpleNoun<SignerRow, Signer> {
    private final Resources resources;
    private final Lists lists;
    private final References references;
    private final Signatures signatures;

    SignerResource(Resources resources, Lists lists, References references, Signatures signatures) {
        this.resources = resources;
        this.lists = lists;
        this.references = references;
        this.signatures = signatures;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, Lists.NDJSON})
    @Operation(summary = "List signers")
    @APIResponseSchema(value = Signer[].class, responseCode = "200")
    public Response list(@BeanParam ListQuery query, @Context HttpHeaders headers) {
        Where<Signer> where = Where.all();
        return lists.answer(this, query, where, headers);
    }

    @POST
    @Operation(summary = "Create a signer")
    @APIResponseSchema(value = Signer.class, responseCode = "201")
    public Response create(Signer body, @BeanParam Call call) {
        return resources.create(this, body, call);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Get a signer")
    @APIResponseSchema(value = Signer.class, responseCode = "200")
    public Response get(String name) {
        return resources.get(this, name);
    }

    @PUT
    @Path("{name}")
    @Operation(
            summary =
                    "Create or update a signer; its key does not change while images carry its signature")
    @APIResponseSchema(value = Signer.class, responseCode = "200")
    public Response put(String name, Signer body, @BeanParam Call call) {
        return resources.put(this, name, body, call);
    }

    @DELETE
    @Path("{name}")
    @Operation(summary = "Delete a signer whose signature no image carries")
    public Response delete(String name, @BeanParam Call call) {
        return resources.delete(this, name, call);
    }

    @Override
    public Kind kind() {
        return Kind.SIGNER;
    }

    @Override
    public Class<SignerRow> rowClass() {
        return SignerRow.class;
    }

    @Override
    public Optional<SignerRow> find(String name) {
        return SignerRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Signer> views(List<SignerRow> rows) {
        Map<UUID, Integer> images = signatures.images(rows);
        return rows.stream()
                .map(row ->
                        new Signer(
                                kind(),
                                row.metadata(),
                                row.spec,
                                new SignerStatus(images.getOrDefault(row.id, 0))))
                .toList();
    }

    @Override
    public void create(SignerRow row, Signer asked) {
        byte[] key = SigningKey.ofPem(asked.spec().publicKey()).der();
        signatures.requireFree(key);
        row.publicKey = key;
        row.spec = asked.spec();
    }

    @Override
    public void update(SignerRow row, Signer asked) {
        byte[] key = SigningKey.ofPem(asked.spec().publicKey()).der();
        if (!Arrays.equals(key, row.publicKey)) {
            requireUnused(row);
            signatures.requireFree(key);
            row.publicKey = key;
        }
        row.spec = asked.spec();
    }

    @Override
    public boolean delete(SignerRow row) {
        requireUnused(row);
        return true;
    }

    private void requireUnused(SignerRow row) {
        references.refuseIfAny(
                row,
                "signed images",
                "SELECT i.name FROM image i JOIN signer s ON s.public_key = i.signer_key WHERE s.id = :id");
    }
}
