package io.yunqing.controller.storage;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** A key pair, and what is made with it. */
final class TestSigner {
    private final KeyPair pair;

    private TestSigner(KeyPair pair) {
        this.pair = pair;
    }

    /**
     * @param curve such as secp256r1
     */
    static TestSigner on(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return new TestSigner(generator.generateKeyPair());
    }

    static TestSigner rsa() throws GeneralSecurityException {
        return new TestSigner(KeyPairGenerator.getInstance("RSA").generateKeyPair());
    }

    String publicPem() {
        return pem("PUBLIC KEY", pair.getPublic().getEncoded(), 64);
    }

    String privatePem() {
        return pem("PRIVATE KEY", pair.getPrivate().getEncoded(), 64);
    }

    /** The same key, written otherwise. */
    String publicPemInOtherLines() {
        return pem("PUBLIC KEY", pair.getPublic().getEncoded(), 40);
    }

    /** Another point than the key's, which is not on the curve. */
    String publicPemOfNoPoint() {
        byte[] der = pair.getPublic().getEncoded();
        der[der.length - 1] = (byte) (der[der.length - 1] ^ 1);
        return pem("PUBLIC KEY", der, 64);
    }

    private static String pem(String label, byte[] der, int width) {
        String lines =
                Base64.getMimeEncoder(width, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(der);
        return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, lines);
    }

    byte[] sign(byte[] content) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(content);
        return signature.sign();
    }

    String signature(byte[] content) throws GeneralSecurityException {
        return Base64.getEncoder().encodeToString(sign(content));
    }
}
