package io.yunqing.controller.pki;

import io.yunqing.controller.datafolder.DataFolder;
import io.yunqing.controller.datafolder.PrivateFile;
import io.yunqing.controller.datafolder.StartRefused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.NavigableSet;
import java.util.UUID;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs the certificates of one region. Safe for use by many threads. */
public final class CertificateAuthority {
    /** Where the authority lives in the data folder. */
    public static final String FOLDER = "pki";

    private static final Period LIFE = Period.ofYears(10);
    private static final Duration AGENT_LIFE = Duration.ofHours(24);

    /** A host's clock may be behind the controller's by so much. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private static final X500Name NAME = new X500Name("O=Yunqing,CN=Yunqing certificate authority");
    private static final int SERIAL_BITS = 127;

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final SecureRandom random;
    private final String fingerprint;
    private final Path file;

    private CertificateAuthority(Path folder, SecureRandom random)
            throws IOException, GeneralSecurityException {
        this.file = folder.resolve("ca.pem");
        this.certificate = readCertificate(Files.readString(file));
        this.key = readKey(Files.readString(folder.resolve("ca.key")));
        this.random = random;
        this.fingerprint = Keys.sha256(certificate.getEncoded());
        requirePair();
    }

    /** The authority kept in this folder; made when there is no such folder. */
    public static CertificateAuthority open(Path folder, SecureRandom random, Instant now) {
        try {
            if (!Files.exists(folder)) {
                create(folder, random, now);
            }
            CertificateAuthority authority = new CertificateAuthority(folder, random);
            authority.certificate.checkValidity(Date.from(now));
            return authority;
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new StartRefused(
                    DataFolder.SETTING,
                    folder.resolve("..").normalize(),
                    "the certificate authority in " + folder + " cannot be used (" + e + ")",
                    "restore ca.pem and ca.key from a backup; without one, move the folder away and let every host"
                            + " join again",
                    e);
        }
    }

    /** Certificate and key in a folder of another name first, so that a folder that exists has both. */
    private static void create(Path folder, SecureRandom random, Instant now)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        KeyPair pair = Keys.generate(random);
        Instant end = now.atOffset(ZoneOffset.UTC).plus(LIFE).toInstant();
        X509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        NAME,
                        new BigInteger(SERIAL_BITS, random),
                        Date.from(now.minus(CLOCK_SKEW)),
                        Date.from(end),
                        NAME,
                        pair.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
        byte[] certificate =
                builder.build(new JcaContentSignerBuilder(Keys.SIGNATURE).build(pair.getPrivate()))
                        .getEncoded();

        Path next = folder.resolveSibling(folder.getFileName() + ".new");
        DataFolder.deleteTree(next);
        PrivateFile.folder(next);
        new PrivateFile(next.resolve("ca.key"))
                .write(Pem.encode("PRIVATE KEY", pair.getPrivate().getEncoded()));
        new PrivateFile(next.resolve("ca.pem")).write(Pem.encode("CERTIFICATE", certificate));
        Files.move(next, folder, StandardCopyOption.ATOMIC_MOVE);
        PrivateFile.syncFolder(folder.resolveSibling("."));
    }

    private static X509Certificate readCertificate(String pem) throws GeneralSecurityException {
        byte[] der =
                Pem.decode("CERTIFICATE", pem)
                        .orElseThrow(
                                () -> new GeneralSecurityException("ca.pem is no certificate"));
        return parse(der);
    }

    private static PrivateKey readKey(String pem) throws GeneralSecurityException {
        byte[] der =
                Pem.decode("PRIVATE KEY", pem)
                        .orElseThrow(
                                () -> new GeneralSecurityException("ca.key is no private key"));
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static X509Certificate parse(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }

    /** Files restored from two backups must be found out now, not by the first agent. */
    private void requirePair() throws GeneralSecurityException {
        byte[] probe = certificate.getEncoded();
        Signature signature = Signature.getInstance(Keys.SIGNATURE);
        signature.initSign(key, random);
        signature.update(probe);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(probe);
        if (!signature.verify(signed)) {
            throw new GeneralSecurityException("ca.key is not the key of ca.pem");
        }
    }

    /** SHA-256 of the authority's certificate (DER), lower-case hex: what an agent pins when it joins. */
    public String fingerprint() {
        return fingerprint;
    }

    public String certificatePem() {
        try {
            return Pem.encode("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where {@link #certificatePem()} stands. */
    public Path certificateFile() {
        return file;
    }

    X509Certificate certificate() {
        return certificate;
    }

    /** A client certificate for the agent of a host, for the key its request proves to own. */
    public Issued issueAgent(CertificateRequest request, UUID hostId, Instant now) {
        PublicKey agentKey = request.publicKey();
        try {
            X509Certificate issued =
                    sign(
                            builder("CN=" + hostId, agentKey, AGENT_LIFE, now),
                            KeyPurposeId.id_kp_clientAuth);
            return new Issued(
                    Pem.encode("CERTIFICATE", issued.getEncoded()),
                    issued.getSerialNumber().toString(16),
                    issued.getNotAfter().toInstant(),
                    request.keySha256());
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("cannot sign for host " + hostId, e);
        }
    }

    X509Certificate issueServer(
            PublicKey serverKey, NavigableSet<String> names, Duration life, Instant now)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        X509v3CertificateBuilder builder =
                builder("O=Yunqing,CN=Yunqing controller", serverKey, life, now);
        GeneralName[] subjects =
                names.stream().map(CertificateAuthority::subject).toArray(GeneralName[]::new);
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(subjects));
        return sign(builder, KeyPurposeId.id_kp_serverAuth);
    }

    private static GeneralName subject(String name) {
        try {
            InetAddress.ofLiteral(name);
            return new GeneralName(GeneralName.iPAddress, name);
        } catch (IllegalArgumentException e) {
            return new GeneralName(GeneralName.dNSName, name);
        }
    }

    private X509v3CertificateBuilder builder(
            String subject, PublicKey subjectKey, Duration life, Instant now)
            throws GeneralSecurityException, CertIOException {
        Instant end = now.plus(life);
        Instant last = certificate.getNotAfter().toInstant();
        JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
        return new JcaX509v3CertificateBuilder(
                        NAME,
                        new BigInteger(SERIAL_BITS, random),
                        Date.from(now.minus(CLOCK_SKEW)),
                        Date.from(end.isBefore(last) ? end : last),
                        new X500Name(subject),
                        subjectKey)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .addExtension(
                        Extension.authorityKeyIdentifier,
                        false,
                        extensions.createAuthorityKeyIdentifier(certificate))
                .addExtension(
                        Extension.subjectKeyIdentifier,
                        false,
                        extensions.createSubjectKeyIdentifier(subjectKey));
    }

    private X509Certificate sign(X509v3CertificateBuilder builder, KeyPurposeId purpose)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
        return parse(
                builder.build(new JcaContentSignerBuilder(Keys.SIGNATURE).build(key)).getEncoded());
    }
}
