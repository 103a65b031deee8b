package io.yunqing.controller.pki;

import io.yunqing.controller.datafolder.PrivateFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.bouncycastle.operator.OperatorCreationException;

/** The certificate the agents' port shows, kept with its key and chain in one file that is replaced as a whole. */
public final class ServerCertificate {
    static final Duration LIFE = Duration.ofDays(90);
    private static final String ALIAS = "controller";

    private final CertificateAuthority authority;
    private final Path keyStore;
    private final String password;
    private final SecureRandom random;

    public ServerCertificate(CertificateAuthority authority, Path folder, SecureRandom random)
            throws IOException {
        this.authority = authority;
        this.keyStore = folder.resolve("server.p12");
        this.password = new PrivateFile(folder.resolve("server.password")).secret(random);
        this.random = random;
    }

    public Path keyStore() {
        return keyStore;
    }

    public String password() {
        return password;
    }

    /** Makes a new key and certificate if it is time to. Says whether it did. */
    public boolean renewIfDue(NavigableSet<String> names, Instant now) throws IOException {
        try {
            Optional<X509Certificate> current = current();
            if (current.isPresent() && !due(current.get(), names, now)) {
                return false;
            }
            KeyPair pair = Keys.generate(random);
            X509Certificate next = authority.issueServer(pair.getPublic(), names, LIFE, now);
            write(pair, next);
            return true;
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("cannot make the server certificate " + keyStore, e);
        }
    }

    /** Two thirds of its life are over or it has not begun, as the clock was set back; or it is for other names, or of another authority. */
    private boolean due(X509Certificate current, NavigableSet<String> names, Instant now)
            throws GeneralSecurityException {
        Instant start = current.getNotBefore().toInstant();
        Duration life = Duration.between(start, current.getNotAfter().toInstant());
        if (now.isBefore(start)
                || !now.isBefore(start.plus(life.multipliedBy(2).dividedBy(3)))
                || !names.equals(names(current))) {
            return true;
        }
        try {
            current.verify(authority.certificate().getPublicKey());
            return false;
        } catch (GeneralSecurityException e) {
            return true;
        }
    }

    private static NavigableSet<String> names(X509Certificate certificate)
            throws GeneralSecurityException {
        NavigableSet<String> names = new TreeSet<>();
        Collection<List<?>> subjects = certificate.getSubjectAlternativeNames();
        if (subjects != null) {
            for (List<?> subject : subjects) {
                names.add(String.valueOf(subject.get(1)));
            }
        }
        return names;
    }

    /** What the file holds; nothing if there is none or it cannot be read: it can always be made anew. */
    Optional<X509Certificate> current() throws GeneralSecurityException {
        if (!Files.exists(keyStore)) {
            return Optional.empty();
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keyStore)) {
            store.load(in, password.toCharArray());
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.ofNullable((X509Certificate) store.getCertificate(ALIAS));
    }

    private void write(KeyPair pair, X509Certificate certificate)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                ALIAS,
                pair.getPrivate(),
                password.toCharArray(),
                new Certificate[] {certificate, authority.certificate()});
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store.store(out, password.toCharArray());
        new PrivateFile(keyStore).write(out.toByteArray());
    }
}
