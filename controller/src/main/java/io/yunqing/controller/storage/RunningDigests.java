package io.yunqing.controller.storage;

import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The digests of uploads, as far as this controller took them while their pieces came one after the other. Of one of which another
 * controller took a piece there is none, and it is read anew.
 */
@ApplicationScoped
class RunningDigests {
    private final Map<UUID, Running> running = new ConcurrentHashMap<>();

    /**
     * A digest under way.
     *
     * @param end how many bytes it is of
     * @param at when the last of them came, by which a piece that another controller took shows
     */
    private record Running(long end, Instant at, MessageDigest digest) {}

    /**
     * Goes on with a piece.
     *
     * @param from how many bytes came before
     * @param before when the piece in front of it came
     * @param now when it came
     */
    void add(UUID image, long from, byte[] piece, Instant before, Instant now) {
        running.compute(
                image,
                (_, known) -> {
                    if (from > 0
                            && (known == null || known.end != from || !known.at.equals(before))) {
                        return null;
                    }
                    MessageDigest digest = from > 0 ? known.digest : ImageFolder.sha256();
                    digest.update(piece);
                    return new Running(from + piece.length, now, digest);
                });
    }

    /** The digest, if it is of so many bytes, the last of which came then; it is forgotten with this. */
    Optional<String> end(UUID image, long bytes, Instant at) {
        return Optional.ofNullable(running.remove(image))
                .filter(one -> one.end == bytes && one.at.equals(at))
                .map(one -> HexFormat.of().formatHex(one.digest.digest()));
    }

    void forget(UUID image) {
        running.remove(image);
    }
}
