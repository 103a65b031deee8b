package io.yunqing.controller.pki;

import io.yunqing.controller.pki.RequestRefused.Reason;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/**
 * A certificate request that passed all checks. Only its public key is kept: whatever name, extension or validity it
 * asks for is the authority's to decide.
 */
public record CertificateRequest(PublicKey publicKey) {
    /** A request with a P-384 key is about 600 characters long. */
    private static final int LONGEST = 8 * 1024;

    private static final Set<ASN1ObjectIdentifier> CURVES =
            Set.of(SECObjectIdentifiers.secp256r1, SECObjectIdentifiers.secp384r1);

    private static final Map<ASN1ObjectIdentifier, String> SIGNATURES =
            Map.of(
                    X9ObjectIdentifiers.ecdsa_with_SHA256, "SHA256withECDSA",
                    X9ObjectIdentifiers.ecdsa_with_SHA384, "SHA384withECDSA",
                    X9ObjectIdentifiers.ecdsa_with_SHA512, "SHA512withECDSA");

    public static CertificateRequest parse(String pem) throws RequestRefused {
        if (pem.length() > LONGEST) {
            throw new RequestRefused(
                    Reason.TOO_LARGE,
                    "the certificate request has %d characters; at most %d are read"
                            .formatted(pem.length(), LONGEST));
        }
        byte[] der =
                Pem.decode("CERTIFICATE REQUEST", pem)
                        .or(() -> Pem.decode("NEW CERTIFICATE REQUEST", pem))
                        .orElseThrow(() ->
                                new RequestRefused(
                                        Reason.NOT_PEM,
                                        "the certificate request is not one PEM block of a CERTIFICATE"
                                                + " REQUEST"));
        PKCS10CertificationRequest request = decode(der);
        PublicKey key = acceptedKey(request.getSubjectPublicKeyInfo());
        verify(request, key);
        return new CertificateRequest(key);
    }

    /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex: the same for every certificate of one key. */
    public String keySha256() {
        try {
            return Keys.sha256(publicKey.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static PKCS10CertificationRequest decode(byte[] der) throws RequestRefused {
        try {
            return new PKCS10CertificationRequest(der);
        } catch (IOException | RuntimeException e) {
            // The decoder answers nonsense with whatever exception its depths produce.
            throw new RequestRefused(
                    Reason.MALFORMED, "the PEM block holds no PKCS #10 certificate request");
        }
    }

    private static PublicKey acceptedKey(SubjectPublicKeyInfo info) throws RequestRefused {
        if (!X9ObjectIdentifiers.id_ecPublicKey.equals(info.getAlgorithm().getAlgorithm())
                || !(info.getAlgorithm().getParameters() instanceof ASN1ObjectIdentifier curve)
                || !CURVES.contains(curve)) {
            throw new RequestRefused(
                    Reason.KEY_NOT_ACCEPTED,
                    "the key of the request must be an elliptic curve key on P-256 or P-384");
        }
        try {
            // Refuses points that are not on the curve, which the JDK's decoder lets pass.
            PublicKeyFactory.createKey(info);
            return KeyFactory.getInstance("EC")
                    .generatePublic(new X509EncodedKeySpec(info.getEncoded()));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new RequestRefused(
                    Reason.KEY_NOT_ACCEPTED,
                    "the key of the request is no valid point of its curve");
        }
    }

    private static void verify(PKCS10CertificationRequest request, PublicKey key)
            throws RequestRefused {
        String algorithm = SIGNATURES.get(request.getSignatureAlgorithm().getAlgorithm());
        if (algorithm == null) {
            throw new RequestRefused(
                    Reason.SIGNATURE_WRONG,
                    "the request must be signed by ECDSA with SHA-256, SHA-384 or SHA-512");
        }
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initVerify(key);
            signature.update(
                    request.toASN1Structure().getCertificationRequestInfo().getEncoded("DER"));
            if (signature.verify(request.getSignature())) {
                return;
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new RequestRefused(
                    Reason.SIGNATURE_WRONG, "the signature of the request cannot be read");
        }
        throw new RequestRefused(
                Reason.SIGNATURE_WRONG, "the request is not signed by the key it carries");
    }
}
