package io.yunqing.agent.link;

import io.yunqing.agent.platform.DurableFile;
import io.yunqing.api.agent.CertificateGrant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who this agent is: its key, its certificate, and the authority it belongs to, kept in the data directory.
 *
 * <p>The key is stored before it is first used, as the join token is bound to it: an agent that is killed before it
 * sees the answer asks again with the same key. The certificate is stored last and says that the agent is enrolled.
 */
public record Identity(
        UUID host, KeyPair key, X509Certificate certificate, X509Certificate authority) {

    private static final String KEY = "key.pem";
    private static final String CERTIFICATE = "certificate.pem";
    private static final String AUTHORITY = "ca.pem";
    private static final String HOST = "host";

    /** What an earlier enrolment left, if there was one. */
    public static @Nullable Identity load(Path data) throws IOException, GeneralSecurityException {
        if (!Files.exists(data.resolve(CERTIFICATE))) {
            return null;
        }
        return new Identity(
                UUID.fromString(Files.readString(data.resolve(HOST)).strip()),
                Pem.keyPair(Files.readString(data.resolve(KEY))),
                Pem.certificate(Files.readString(data.resolve(CERTIFICATE))),
                Pem.certificate(Files.readString(data.resolve(AUTHORITY))));
    }

    /** The key of this data directory, made and stored if there is none. */
    static KeyPair key(Path data) throws IOException, GeneralSecurityException {
        Path file = data.resolve(KEY);
        if (!Files.exists(file)) {
            DurableFile.write(file, bytes(Pem.of(Pem.newKey())));
        }
        return Pem.keyPair(Files.readString(file));
    }

    /** Takes a grant for our key, and stores it. */
    static Identity accept(Path data, KeyPair key, CertificateGrant grant)
            throws IOException, GeneralSecurityException {
        var identity =
                new Identity(
                        grant.host(),
                        key,
                        Pem.certificate(grant.certificate()),
                        Pem.certificate(grant.ca()));
        if (!identity.certificate.getPublicKey().equals(key.getPublic())) {
            throw new GeneralSecurityException("the certificate granted is for another key");
        }
        identity.certificate.verify(identity.authority.getPublicKey());
        DurableFile.write(data.resolve(HOST), bytes(grant.host() + "\n"));
        DurableFile.write(data.resolve(AUTHORITY), bytes(grant.ca()));
        DurableFile.write(data.resolve(CERTIFICATE), bytes(grant.certificate()));
        return identity;
    }

    public Instant expires() {
        return certificate.getNotAfter().toInstant();
    }

    /** Two thirds of the certificate's life are over then. */
    public Instant renewAt() {
        Instant from = certificate.getNotBefore().toInstant();
        return from.plus(Duration.between(from, expires()).multipliedBy(2).dividedBy(3));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
