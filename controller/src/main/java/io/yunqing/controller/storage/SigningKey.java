package io.yunqing.controller.storage;

import io.yunqing.api.ProblemCode;
import io.yunqing.controller.pki.Pem;
import io.yunqing.controller.platform.ProblemException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.EllipticCurve;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;

/** A public key with which images' signatures are judged: EC, on P-256 or P-384. */
final class SigningKey {
    private static final String FIELD = "spec.publicKey";
    private static final String LIMIT = "an EC key on P-256 or P-384";
    private static final String REMEDY =
            "make a key with openssl ecparam -name prime256v1 -genkey -noout -out key.pem, and give what openssl pkey -in key.pem -pubout prints";
    private static final List<ECParameterSpec> CURVES =
            List.of(curve("secp256r1"), curve("secp384r1"));

    private final ECPublicKey key;

    private SigningKey(ECPublicKey key) {
        this.key = key;
    }

    /**
     * @param pem a SubjectPublicKeyInfo
     * @throws ProblemException if it is not exactly one block with a key of such a curve
     */
    static SigningKey ofPem(String pem) {
        byte[] der =
                Pem.decode("PUBLIC KEY", pem)
                        .orElseThrow(() ->
                                refused(
                                        pem.contains("PRIVATE KEY-----")
                                                ? "is a private key, which is the signer's alone"
                                                : "is not exactly one PEM block PUBLIC KEY"));
        ECPublicKey key;
        try {
            key = ofDer(der);
        } catch (InvalidKeySpecException _) {
            throw refused("is no key that can be used here");
        }
        if (CURVES.stream().noneMatch(curve -> same(curve, key.getParams()))) {
            throw refused(
                    "is on a curve of %d bits"
                            .formatted(key.getParams().getCurve().getField().getFieldSize()));
        }
        if (!isOnItsCurve(key)) {
            throw refused("is no point of its curve");
        }
        return new SigningKey(key);
    }

    /** The key that {@link #der} wrote. */
    static SigningKey ofStored(byte[] der) {
        try {
            return new SigningKey(ofDer(der));
        } catch (InvalidKeySpecException e) {
            throw new IllegalStateException("a key was stored that is none", e);
        }
    }

    private static ECPublicKey ofDer(byte[] der) throws InvalidKeySpecException {
        try {
            return (ECPublicKey)
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has EC keys", e);
        }
    }

    /** The key as a SubjectPublicKeyInfo, the same however it was written. */
    byte[] der() {
        return key.getEncoded();
    }

    /**
     * Whether this key made a signature.
     *
     * @param sha256 the digest of what was signed
     * @param signature as ASN.1 in DER
     */
    boolean made(byte[] sha256, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("NONEwithECDSA");
            verifier.initVerify(key);
            verifier.update(sha256);
            return verifier.verify(signature);
        } catch (SignatureException _) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has ECDSA", e);
        }
    }

    private static ProblemException refused(String detail) {
        // What was sent is not repeated: it may be a private key.
        return ProblemException.field(
                ProblemCode.FIELD_INVALID, FIELD, detail, LIMIT, null, REMEDY);
    }

    private static boolean isOnItsCurve(ECPublicKey key) {
        EllipticCurve curve = key.getParams().getCurve();
        BigInteger prime = ((ECFieldFp) curve.getField()).getP();
        BigInteger x = key.getW().getAffineX();
        BigInteger y = key.getW().getAffineY();
        BigInteger right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB());
        return y.pow(2).subtract(right).mod(prime).signum() == 0;
    }

    private static boolean same(ECParameterSpec one, ECParameterSpec other) {
        return one.getCurve().equals(other.getCurve())
                && one.getGenerator().equals(other.getGenerator())
                && one.getOrder().equals(other.getOrder())
                && one.getCofactor() == other.getCofactor();
    }

    private static ECParameterSpec curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + name, e);
        }
    }
}
