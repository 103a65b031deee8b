package io.yunqing.cli.fake;

import com.sun.net.httpserver.HttpExchange;
import io.yunqing.cli.json.Tree;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bytes of one image, as the controller takes them by tus. */
final class FakeUploads {
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private long length;

    Reply reply(HttpExchange exchange, byte[] body, @Nullable Map<String, Object> image) {
        if (image == null) {
            return Reply.refusal(404, "not_found", "CALLER");
        } else if (!"1.0.0".equals(exchange.getRequestHeaders().getFirst("Tus-Resumable"))) {
            return Reply.refusal(412, "precondition.failed", "CONFLICT");
        } else if (state(image).equals("WHOLE")) {
            return Reply.refusal(409, "upload.not_awaited", "CONFLICT");
        } else if (exchange.getRequestMethod().equals("POST")) {
            length = number(exchange, "Upload-Length");
            return offset(201);
        } else if (number(exchange, "Upload-Offset") != received.size()) {
            return Reply.refusal(409, "upload.offset", "CONFLICT");
        }
        received.writeBytes(body);
        if (received.size() < length) {
            return offset(204);
        }
        if (!digest().equals(Tree.textAt(image, "spec.sha256"))) {
            received.reset();
            return Reply.refusal(422, "image.digest_mismatch", "CALLER");
        }
        image.put("status", new LinkedHashMap<>(Map.of("upload", Map.of("state", "WHOLE"))));
        return offset(204);
    }

    private static String state(Map<String, Object> image) {
        return Tree.textAt(image, "status.upload.state");
    }

    private Reply offset(int status) {
        return new Reply(
                status, Map.of("Upload-Offset", Integer.toString(received.size())), new byte[0]);
    }

    private String digest() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(received.toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long number(HttpExchange exchange, String header) {
        return Long.parseLong(exchange.getRequestHeaders().getFirst(header));
    }
}
