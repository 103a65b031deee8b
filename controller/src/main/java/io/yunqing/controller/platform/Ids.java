package io.yunqing.controller.platform;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.UUID;
import org.hibernate.id.uuid.UuidVersion7Strategy;

/** Identifiers and secrets; the only source of randomness. */
public final class Ids {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Ids() {}

    /** A UUIDv7 (RFC 9562): sorts by time of creation. */
    public static UUID next() {
        return UuidVersion7Strategy.INSTANCE.generateUuid(null);
    }

    /** 256 random bits in hex. */
    public static String secret() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
