package io.yunqing.controller.pki;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.controller.datafolder.StartRefused;
import io.yunqing.controller.pki.RequestRefused.Reason;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class CertificateAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-11-23T19:00:00Z");
    private static final UUID HOST = UUID.fromString("0192f0c1-0000-7000-8000-000000000001");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final X500Name SUBJECT = new X500Name("CN=root,O=attacker");

    @TempDir Path temp;

    private CertificateAuthority open() {
        return CertificateAuthority.open(temp.resolve("pki"), RANDOM, NOW);
    }

    @Test
    void itIsMadeOnceAndReadEverAfter() throws Exception {
        CertificateAuthority made = open();
        CertificateAuthority read = open();
        assertEquals(made.fingerprint(), read.fingerprint());
        assertEquals(made.certificatePem(), Files.readString(read.certificateFile()));
        assertEquals(
                HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(certificate(made.certificatePem()).getEncoded())),
                made.fingerprint());
        assertEquals("rwx------", permissions(temp.resolve("pki")));
        assertEquals("rw-------", permissions(temp.resolve("pki/ca.key")));
    }

    @Test
    void aHalfMadeAuthorityOfAKilledStartIsMadeAnew() throws Exception {
        Files.createDirectories(temp.resolve("pki.new"));
        Files.writeString(temp.resolve("pki.new/ca.key"), "half");
        assertEquals(64, open().fingerprint().length());
        assertFalse(Files.exists(temp.resolve("pki.new")));
    }

    @Test
    void filesThatDoNotBelongTogetherAreRefused() throws Exception {
        CertificateAuthority other = CertificateAuthority.open(temp.resolve("other"), RANDOM, NOW);
        open();
        Files.writeString(temp.resolve("pki/ca.pem"), other.certificatePem());
        StartRefused refused = assertThrows(StartRefused.class, this::open);
        assertTrue(
                refused.toString().contains("ca.key is not the key of ca.pem"),
                refused::getMessage);
    }

    @ParameterizedTest
    @MethodSource("acceptedCurves")
    void anAgentGetsACertificateForItsKeyAndNothingElseItAsksFor(String curve) throws Exception {
        CertificateAuthority authority = open();
        KeyPair pair = pair("EC", curve);
        Issued issued = authority.issueAgent(request(pair), HOST, NOW);
        X509Certificate certificate = certificate(issued.certificatePem());

        validate(certificate, authority, NOW);
        assertEquals("CN=" + HOST, certificate.getSubjectX500Principal().getName());
        assertEquals(List.of("1.3.6.1.5.5.7.3.2"), certificate.getExtendedKeyUsage());
        assertEquals(-1, certificate.getBasicConstraints());
        assertEquals(null, certificate.getSubjectAlternativeNames());
        assertArrayEquals(pair.getPublic().getEncoded(), certificate.getPublicKey().getEncoded());
        assertEquals(NOW.plus(Duration.ofHours(24)), issued.notAfter());
        assertEquals(issued.notAfter(), certificate.getNotAfter().toInstant());
        assertEquals(issued.serial(), certificate.getSerialNumber().toString(16));
        assertEquals(Keys.sha256(pair.getPublic().getEncoded()), issued.keySha256());
        assertThrows(
                GeneralSecurityException.class,
                () -> validate(certificate, authority, NOW.plus(Duration.ofHours(25))));
        assertNotEquals(issued.serial(), authority.issueAgent(request(pair), HOST, NOW).serial());
    }

    private static CertificateRequest request(KeyPair pair) throws Exception {
        return CertificateRequest.parse(pem(wishful(pair)));
    }

    static List<String> acceptedCurves() {
        return List.of("secp256r1", "secp384r1");
    }

    @Test
    void anotherAuthoritysCertificateDoesNotValidate() throws Exception {
        CertificateAuthority other = CertificateAuthority.open(temp.resolve("other"), RANDOM, NOW);
        Issued issued = other.issueAgent(request(pair("EC", "secp256r1")), HOST, NOW);
        assertThrows(
                GeneralSecurityException.class,
                () -> validate(certificate(issued.certificatePem()), open(), NOW));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void hostileRequestsAreRefused(String what, Reason reason, String request) {
        RequestRefused refused =
                assertThrows(RequestRefused.class, () -> CertificateRequest.parse(request));
        assertEquals(reason, refused.reason(), refused::getMessage);
    }

    static Stream<Arguments> hostile() throws Exception {
        PKCS10CertificationRequest good = wishful(pair("EC", "secp256r1"));
        byte[] der = good.getEncoded();
        byte[] otherName = der.clone();
        otherName[indexOf(der, "attacker")] ^= 1;
        byte[] longer = Arrays.copyOf(der, der.length + 1);
        byte[] shorter = Arrays.copyOf(der, der.length - 1);
        return Stream.of(
                Arguments.of("nothing", Reason.NOT_PEM, ""),
                Arguments.of("text", Reason.NOT_PEM, "let me in"),
                Arguments.of("two megabytes", Reason.TOO_LARGE, "A".repeat(2 << 20)),
                Arguments.of(
                        "a certificate's label", Reason.NOT_PEM, Pem.encode("CERTIFICATE", der)),
                Arguments.of("two blocks", Reason.NOT_PEM, pem(good) + pem(good)),
                Arguments.of(
                        "no base64",
                        Reason.NOT_PEM,
                        "-----BEGIN CERTIFICATE REQUEST-----\nA=A\n-----END CERTIFICATE REQUEST-----\n"),
                Arguments.of("an empty block", Reason.MALFORMED, request(new byte[0])),
                Arguments.of("zeros", Reason.MALFORMED, request(new byte[300])),
                Arguments.of("a nest", Reason.MALFORMED, request(nest())),
                Arguments.of(
                        "an endless length",
                        Reason.MALFORMED,
                        request(new byte[] {0x30, (byte) 0x84, 0x7f, -1, -1, -1})),
                Arguments.of("a byte more", Reason.MALFORMED, request(longer)),
                Arguments.of("a byte less", Reason.MALFORMED, request(shorter)),
                Arguments.of("a changed name", Reason.SIGNATURE_WRONG, request(otherName)),
                Arguments.of(
                        "another's key",
                        Reason.SIGNATURE_WRONG,
                        pem(
                                signed(
                                        pair("EC", "secp256r1"),
                                        pair("EC", "secp256r1"),
                                        "SHA256withECDSA"))),
                Arguments.of(
                        "SHA-1",
                        Reason.SIGNATURE_WRONG,
                        pem(signed(pair("EC", "secp256r1"), "SHA1withECDSA"))),
                Arguments.of(
                        "RSA",
                        Reason.KEY_NOT_ACCEPTED,
                        pem(signed(pair("RSA", "2048"), "SHA256withRSA"))),
                Arguments.of(
                        "Ed25519",
                        Reason.KEY_NOT_ACCEPTED,
                        pem(signed(pair("Ed25519", ""), "Ed25519"))),
                Arguments.of(
                        "P-521",
                        Reason.KEY_NOT_ACCEPTED,
                        pem(signed(pair("EC", "secp521r1"), "SHA512withECDSA"))),
                Arguments.of("a point off the curve", Reason.KEY_NOT_ACCEPTED, pem(offCurve())));
    }

    @Test
    void theServersCertificateIsMadeAnewWhenItIsTime() throws Exception {
        CertificateAuthority authority = open();
        ServerCertificate server = new ServerCertificate(authority, temp.resolve("pki"), RANDOM);
        TreeSet<String> names = new TreeSet<>(Set.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"));

        assertTrue(server.renewIfDue(names, NOW));
        X509Certificate first = server.current().orElseThrow();
        validate(first, authority, NOW);
        assertEquals(3, first.getSubjectAlternativeNames().size());
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), first.getExtendedKeyUsage());
        assertEquals("rw-------", permissions(server.keyStore()));

        assertFalse(server.renewIfDue(names, NOW));
        assertFalse(server.renewIfDue(names, NOW.plus(Duration.ofDays(59))));
        assertTrue(server.renewIfDue(names, NOW.plus(Duration.ofDays(60))));
        assertNotEquals(first, server.current().orElseThrow());

        names.add("controller.city.example");
        assertTrue(server.renewIfDue(names, NOW.plus(Duration.ofDays(60))));

        Files.writeString(server.keyStore(), "garbage");
        assertTrue(server.renewIfDue(names, NOW.plus(Duration.ofDays(60))));
        assertTrue(server.current().isPresent());
    }

    @Test
    void noCertificateOutlivesTheAuthority() throws Exception {
        CertificateAuthority authority = open();
        Instant end = certificate(authority.certificatePem()).getNotAfter().toInstant();
        Issued issued =
                authority.issueAgent(request(pair("EC", "secp256r1")), HOST, end.minusSeconds(60));
        assertEquals(end, issued.notAfter());
        StartRefused refused =
                assertThrows(
                        StartRefused.class,
                        () ->
                                CertificateAuthority.open(
                                        temp.resolve("pki"), RANDOM, end.plusSeconds(1)));
        assertTrue(refused.toString().contains("Expired"), refused::getMessage);
    }

    private static KeyPair pair(String algorithm, String parameter) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        switch (algorithm) {
            case "EC" -> generator.initialize(new ECGenParameterSpec(parameter));
            case "RSA" -> generator.initialize(Integer.parseInt(parameter));
            default -> {}
        }
        return generator.generateKeyPair();
    }

    /** A request that would like to be an authority of another name. */
    private static PKCS10CertificationRequest wishful(KeyPair pair) throws Exception {
        return signed(pair, "SHA256withECDSA");
    }

    private static PKCS10CertificationRequest signed(KeyPair pair, String algorithm)
            throws Exception {
        return signed(pair, pair, algorithm);
    }

    private static PKCS10CertificationRequest signed(
            KeyPair shown, KeyPair signer, String algorithm) throws Exception {
        return build(
                SubjectPublicKeyInfo.getInstance(shown.getPublic().getEncoded()),
                signer,
                algorithm);
    }

    private static PKCS10CertificationRequest build(
            SubjectPublicKeyInfo shown, KeyPair signer, String algorithm) throws Exception {
        ExtensionsGenerator wishes = new ExtensionsGenerator();
        wishes.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        return new PKCS10CertificationRequestBuilder(SUBJECT, shown)
                .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, wishes.generate())
                .build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()));
    }

    private static PKCS10CertificationRequest offCurve() throws Exception {
        KeyPair pair = pair("EC", "secp256r1");
        byte[] key = pair.getPublic().getEncoded();
        key[key.length - 1] ^= 1;
        return build(SubjectPublicKeyInfo.getInstance(key), pair, "SHA256withECDSA");
    }

    private static byte[] nest() {
        byte[] nest = new byte[4000];
        for (int i = 0; i < nest.length; i += 2) {
            nest[i] = 0x30;
            nest[i + 1] = (byte) 0x80;
        }
        return nest;
    }

    private static int indexOf(byte[] der, String text) {
        return new String(der, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    private static String pem(PKCS10CertificationRequest request) throws Exception {
        return request(request.getEncoded());
    }

    private static String request(byte[] der) {
        return Pem.encode("CERTIFICATE REQUEST", der);
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static void validate(
            X509Certificate certificate, CertificateAuthority authority, Instant at)
            throws Exception {
        CertPath path =
                CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate));
        PKIXParameters parameters =
                new PKIXParameters(
                        Set.of(new TrustAnchor(certificate(authority.certificatePem()), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
