package io.yunqing.controller.storage;

import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.Session;

/** Which signer vouches for which image; each call is part of its caller's transaction. */
@ApplicationScoped
class Signatures {
    private static final int NAMED = 5;

    private final Session em;

    Signatures(Session em) {
        this.em = em;
    }

    private record Known(String signer, SigningKey key) {}

    /**
     * Takes a wish for an image's signature.
     *
     * @param sha256 of the image's bytes
     * @param asked null to leave what it has, empty to remove it
     * @throws ProblemException if no signer made it over these bytes
     */
    void set(ImageRow image, String sha256, String asked) {
        if (asked == null || asked.equals(image.signature)) {
            return;
        }
        image.signerKey = asked.isEmpty() ? null : keyOf(sha256, asked);
        image.signature = asked.isEmpty() ? null : asked;
    }

    private byte[] keyOf(String sha256, String asked) {
        byte[] digest = HexFormat.of().parseHex(sha256);
        byte[] signature = decoded(asked);
        List<Known> all = all();
        return all.stream()
                .map(Known::key)
                .filter(key -> key.made(digest, signature))
                .map(SigningKey::der)
                .findFirst()
                .orElseThrow(() -> madeByNone(sha256, asked, all));
    }

    private List<Known> all() {
        return em.createNativeQuery(
                        "SELECT name, public_key FROM signer ORDER BY name", Tuple.class)
                .getResultStream()
                .map(row ->
                        new Known(
                                row.get("name", String.class),
                                SigningKey.ofStored(row.get("public_key", byte[].class))))
                .toList();
    }

    private static byte[] decoded(String asked) {
        try {
            return Base64.getDecoder().decode(asked);
        } catch (IllegalArgumentException _) {
            throw refused(
                    "is not base64, or not all of it",
                    "base64 on one line",
                    asked,
                    "send the whole of what base64 -w0 prints");
        }
    }

    private static ProblemException madeByNone(String sha256, String asked, List<Known> all) {
        if (all.isEmpty()) {
            return refused(
                    "was made by no signer, as there is none",
                    null,
                    asked,
                    "create the signer first: yqctl signer create NAME --public-key @FILE");
        }
        String names =
                all.stream().limit(NAMED).map(Known::signer).collect(Collectors.joining(", "));
        return refused(
                "was made by no signer over the bytes with sha256 " + sha256,
                "made with the key of one of " + names + (all.size() > NAMED ? ", …" : ""),
                asked,
                "sign the very file that has this sha256: openssl dgst -sha256 -sign KEY FILE | base64 -w0");
    }

    private static ProblemException refused(
            String detail, String limit, String asked, String remedy) {
        return ProblemException.field(
                ProblemCode.FIELD_INVALID, "spec.signature", detail, limit, asked, remedy);
    }

    /**
     * @throws ProblemException if a signer has this key, so that nobody could tell whose a signature is
     */
    void requireFree(byte[] key) {
        em.createNativeQuery("SELECT name FROM signer WHERE public_key = :key", String.class)
                .setParameter("key", key)
                .getResultStream()
                .findFirst()
                .ifPresent(name -> {
                    throw ProblemException.field(
                            ProblemCode.FIELD_INVALID,
                            "spec.publicKey",
                            "is the key of signer " + name,
                            "a key that no other signer has",
                            null,
                            "give each signer a key of its own");
                });
    }

    /** Of the signed ones among these images, their signers' names. */
    Map<UUID, String> signers(Collection<ImageRow> rows) {
        Map<UUID, String> found = new HashMap<>();
        em.createNativeQuery(
                        "SELECT i.id, s.name FROM image i JOIN signer s ON s.public_key = i.signer_key WHERE i.id = ANY (:ids)",
                        Tuple.class)
                .setParameter("ids", rows.stream().map(row -> row.id).toArray(UUID[]::new))
                .getResultStream()
                .forEach(
                        row -> found.put(row.get("id", UUID.class), row.get("name", String.class)));
        return found;
    }

    /** How many images carry the signature of each of these signers; those of none are left out. */
    Map<UUID, Integer> images(Collection<SignerRow> rows) {
        Map<UUID, Integer> found = new HashMap<>();
        em.createNativeQuery(
                        """
                        SELECT s.id, count(*) AS images FROM signer s JOIN image i ON i.signer_key = s.public_key
                        WHERE s.id = ANY (:ids) GROUP BY 1
                        """,
                        Tuple.class)
                .setParameter("ids", rows.stream().map(row -> row.id).toArray(UUID[]::new))
                .getResultStream()
                .forEach(row ->
                        found.put(
                                row.get("id", UUID.class),
                                row.get("images", Long.class).intValue()));
        return found;
    }
}
