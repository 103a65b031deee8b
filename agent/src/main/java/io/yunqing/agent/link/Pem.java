package io.yunqing.agent.link;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Keys, certificates and signing requests as text. The cryptography is the JDK's, the formats BouncyCastle's. */
final class Pem {

    private Pem() {}

    static KeyPair newKey() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    static String of(Object keyOrRequest) throws IOException {
        var text = new StringWriter();
        try (var pem = new JcaPEMWriter(text)) {
            pem.writeObject(keyOrRequest);
        }
        return text.toString();
    }

    /** Both halves, as the private one alone does not give the public one back. */
    static String of(KeyPair key) throws IOException {
        return of(new JcaPKCS8Generator(key.getPrivate(), null)) + of(key.getPublic());
    }

    static KeyPair keyPair(String pem) throws IOException, GeneralSecurityException {
        var converter = new JcaPEMKeyConverter();
        try (var parser = new PEMParser(new StringReader(pem))) {
            if (parser.readObject() instanceof PrivateKeyInfo own
                    && parser.readObject() instanceof SubjectPublicKeyInfo shown) {
                return new KeyPair(converter.getPublicKey(shown), converter.getPrivateKey(own));
            }
        }
        throw new GeneralSecurityException(
                "key.pem does not hold a private and a public key; remove the data directory and join again");
    }

    static X509Certificate certificate(String pem) throws GeneralSecurityException {
        var factory = CertificateFactory.getInstance("X.509");
        var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
        return (X509Certificate) factory.generateCertificate(bytes);
    }

    /** A signing request for the key. Its subject says nothing: the controller alone knows which host this is. */
    static String signingRequest(KeyPair key) throws IOException, GeneralSecurityException {
        try {
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate());
            var subject = new X500Principal("CN=yunqing-agent");
            return of(
                    new JcaPKCS10CertificationRequestBuilder(subject, key.getPublic())
                            .build(signer));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }
}
