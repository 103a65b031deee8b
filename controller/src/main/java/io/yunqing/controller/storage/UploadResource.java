package io.yunqing.controller.storage;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.storage.Uploads.Progress;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The bytes of an image, by tus 1.0: the resumable upload protocol with its extensions creation, expiration and termination. An
 * image has one upload, so it is known by the image's name.
 */
@Path("/v1/images/{name}/upload")
@Tag(name = "Images")
@RunOnVirtualThread
public class UploadResource {
    private static final String VERSION = "1.0.0";
    private static final String PIECE = "application/offset+octet-stream";
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

    private final Uploads uploads;

    UploadResource(Uploads uploads) {
        this.uploads = uploads;
    }

    @OPTIONS
    @Operation(summary = "What of tus the controller knows, and how large an image may be")
    @APIResponse(responseCode = "204", description = "in the headers Tus-…")
    public Response options(String name) {
        return tus(Response.noContent())
                .header("Tus-Version", VERSION)
                .header("Tus-Extension", "creation,expiration,termination")
                .header("Tus-Max-Size", uploads.largest())
                .build();
    }

    @POST
    @Operation(summary = "Begin to upload an image's bytes, or go on")
    @APIResponse(responseCode = "201", description = "Upload-Offset says where to go on")
    public Response begin(
            String name,
            @HeaderParam("Tus-Resumable") String version,
            @HeaderParam("Upload-Length") @Parameter(description = "how many bytes it will be")
                    String length,
            @Context UriInfo uri) {
        requireVersion(version);
        Progress progress = uploads.begin(name, number("Upload-Length", length));
        return at(progress, Response.created(uri.getAbsolutePath())).build();
    }

    @HEAD
    @Operation(summary = "Ask how many bytes of an image were received")
    @APIResponse(responseCode = "200", description = "in Upload-Offset, of Upload-Length")
    public Response look(String name, @HeaderParam("Tus-Resumable") String version) {
        requireVersion(version);
        Progress progress = uploads.look(name);
        return at(progress, Response.ok())
                .header("Upload-Length", progress.bytes())
                .header("Cache-Control", "no-store")
                .build();
    }

    @PATCH
    @Operation(
            summary = "Send the next bytes of an image, at most 4 MiB",
            description =
                    "They are on the disk when this is answered. With the last ones, the digest of all is compared.")
    @APIResponse(responseCode = "204", description = "Upload-Offset says where to go on")
    public Response receive(
            String name,
            @HeaderParam("Tus-Resumable") String version,
            @HeaderParam("Content-Type") String type,
            @HeaderParam("Upload-Offset") @Parameter(description = "how many bytes came before")
                    String offset,
            byte[] piece) {
        requireVersion(version);
        if (!PIECE.equals(type)) {
            throw ProblemException.of(
                    ProblemCode.REQUEST_MEDIA_TYPE,
                    "Content-Type is " + ProblemException.abbreviate(type),
                    "send Content-Type: " + PIECE);
        }
        Progress progress = uploads.receive(name, number("Upload-Offset", offset), piece);
        return at(progress, Response.noContent()).build();
    }

    @DELETE
    @Operation(summary = "Throw away what was received of an image that is not whole")
    @APIResponse(responseCode = "204", description = "it is gone")
    public Response abandon(String name, @HeaderParam("Tus-Resumable") String version) {
        requireVersion(version);
        uploads.abandon(name);
        return tus(Response.noContent()).build();
    }

    private static ResponseBuilder at(Progress progress, ResponseBuilder answer) {
        if (progress.expires() != null) {
            answer.header("Upload-Expires", HTTP_DATE.format(progress.expires()));
        }
        return tus(answer).header("Upload-Offset", progress.received());
    }

    private static ResponseBuilder tus(ResponseBuilder answer) {
        return answer.header("Tus-Resumable", VERSION);
    }

    private static void requireVersion(String version) {
        if (!VERSION.equals(version)) {
            throw ProblemException.field(
                    ProblemCode.PRECONDITION_FAILED,
                    "Tus-Resumable",
                    "is not the version of tus that is spoken here",
                    VERSION,
                    version,
                    "send Tus-Resumable: " + VERSION);
        }
    }

    private static long number(String header, String value) {
        if (value == null || !value.matches("\\d{1,18}")) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    header,
                    "is missing or not a number of bytes",
                    "0.." + Long.MAX_VALUE,
                    value,
                    "send how many bytes it is");
        }
        return Long.parseLong(value);
    }
}
