package io.yunqing.controller.pki;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text around DER (RFC 7468). */
public final class Pem {
    private static final Base64.Encoder LINES =
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    private Pem() {}

    static String encode(String label, byte[] der) {
        return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
                .formatted(label, LINES.encodeToString(der));
    }

    /** What the text holds if it is exactly one block with this label. */
    public static Optional<byte[]> decode(String label, String pem) {
        Matcher block =
                Pattern.compile(
                                "\\s*-----BEGIN %1$s-----\\s([A-Za-z0-9+/=\\s]*)-----END %1$s-----\\s*"
                                        .formatted(Pattern.quote(label)))
                        .matcher(pem);
        if (!block.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getDecoder().decode(block.group(1).replaceAll("\\s", "")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
