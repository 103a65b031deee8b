package io.yunqing.controller.storage;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The digests of uploads, as far as this controller took them while their pieces came one after the other. Of one that it did not
 * see from the first byte on there is none, and it is read anew.
 */
final class RunningDigests {
    private final Map<UUID, Running> running = new ConcurrentHashMap<>();

    /**
     * A digest under way.
     *
     * @param end how many bytes it is of
     */
    private record Running(long end, MessageDigest digest) {}

    void add(UUID image, long at, byte[] piece) {
        running.compute(
                image,
                (_, before) -> {
                    if (at != (before == null ? 0 : before.end)) {
                        return null;
                    }
                    MessageDigest digest = before == null ? ImageFolder.sha256() : before.digest;
                    digest.update(piece);
                    return new Running(at + piece.length, digest);
                });
    }

    /** The digest, if it is of so many bytes, which is forgotten with this. */
    Optional<String> end(UUID image, long bytes) {
        return Optional.ofNullable(running.remove(image))
                .filter(one -> one.end == bytes)
                .map(one -> HexFormat.of().formatHex(one.digest.digest()));
    }

    void forget(UUID image) {
        running.remove(image);
    }
}
