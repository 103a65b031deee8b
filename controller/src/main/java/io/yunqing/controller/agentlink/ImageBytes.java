package io.yunqing.controller.agentlink;

import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.storage.ImageFolder;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.PathPart;

/** Gives agents the bytes of uploaded images, whole or from where a broken download ended. */
final class ImageBytes {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /** The one kind of range that somebody asks who goes on; what is asked otherwise is answered whole, as HTTP allows. */
    private static final Pattern FROM = Pattern.compile("bytes=(\\d{1,18})-");

    private ImageBytes() {}

    /**
     * @param range the header, or null
     * @throws ProblemException if this controller has no such bytes
     */
    static Response answer(ImageFolder images, String sha256, String range) {
        Path file =
                images.whole(DIGEST.matcher(sha256).matches() ? sha256 : "")
                        .orElseThrow(() ->
                                ProblemException.of(
                                        ProblemCode.NOT_FOUND,
                                        "the controller has no whole image of sha256 "
                                                + ProblemException.abbreviate(sha256),
                                        "upload it; with several controllers, YUNQING_IMAGES_FOLDER is one folder that all of them see"));
        long size = size(file);
        Matcher from = FROM.matcher(range == null ? "" : range);
        if (!from.matches()) {
            return bytes(200, file, 0, size).header("Accept-Ranges", "bytes").build();
        }
        long begin = Long.parseLong(from.group(1));
        if (begin >= size) {
            return Response.status(416).header("Content-Range", "bytes */" + size).build();
        }
        return bytes(206, file, begin, size - begin)
                .header("Content-Range", "bytes %d-%d/%d".formatted(begin, size - 1, size))
                .build();
    }

    private static Response.ResponseBuilder bytes(int status, Path file, long from, long count) {
        return Response.status(status)
                .type(MediaType.APPLICATION_OCTET_STREAM)
                .header("Content-Length", count)
                .entity(new PathPart(file, from, count));
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
