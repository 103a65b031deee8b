package io.yunqing.controller.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.yunqing.api.ImageSpec;
import io.yunqing.controller.platform.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which keys are taken, and which signatures are theirs. */
class SigningKeyTest {
    private static final byte[] CONTENT = {'Q', 'F', 'I', (byte) 0xfb, 0, 1};

    @TempDir Path folder;

    private static byte[] digest(byte[] content) {
        return ImageFolder.sha256().digest(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1"})
    void aSignatureIsOfItsKeyAndItsBytes(String curve) throws GeneralSecurityException {
        TestSigner signer = TestSigner.on(curve);
        SigningKey key = SigningKey.ofPem(signer.publicPem());
        byte[] signature = signer.sign(CONTENT);
        assertTrue(key.made(digest(CONTENT), signature));
        assertTrue(SigningKey.ofStored(key.der()).made(digest(CONTENT), signature));
        assertTrue(
                Base64.getEncoder().encodeToString(signature).length()
                        <= ImageSpec.LONGEST_SIGNATURE);

        assertFalse(key.made(digest(new byte[] {1}), signature));
        assertFalse(key.made(digest(CONTENT), TestSigner.on(curve).sign(CONTENT)));
        assertFalse(key.made(digest(CONTENT), Arrays.copyOf(signature, signature.length - 1)));
        assertFalse(key.made(digest(CONTENT), new byte[0]));
        assertFalse(key.made(digest(CONTENT), CONTENT));
    }

    @Test
    void aKeyIsTheSameHoweverItIsWritten() throws GeneralSecurityException {
        TestSigner signer = TestSigner.on("secp256r1");
        assertArrayEquals(
                SigningKey.ofPem(signer.publicPem()).der(),
                SigningKey.ofPem(signer.publicPemInOtherLines().replace("\n", "\r\n")).der());
    }

    @Test
    void otherKeysAreRefused() throws GeneralSecurityException {
        TestSigner signer = TestSigner.on("secp256r1");
        assertRefused(TestSigner.on("secp521r1").publicPem(), "is on a curve of 521 bits");
        assertRefused(TestSigner.rsa().publicPem(), "is no key that can be used here");
        assertRefused(signer.publicPemOfNoPoint(), "is no point of its curve");
        assertRefused(signer.publicPem() + signer.publicPem(), "is not exactly one PEM block");
        assertRefused(signer.publicPem().replace("PUBLIC", "EC"), "is not exactly one PEM block");
        assertRefused("ssh-ed25519 AAAA", "is not exactly one PEM block");
        assertRefused("", "is not exactly one PEM block");
    }

    @Test
    void aPrivateKeyIsNotRepeated() throws GeneralSecurityException {
        String pem = TestSigner.on("secp256r1").privatePem();
        ProblemException refused = assertRefused(pem, "is a private key");
        assertFalse(refused.problem().toString().contains(pem.lines().toList().get(1)));
    }

    private static ProblemException assertRefused(String pem, String words) {
        ProblemException refused =
                assertThrows(ProblemException.class, () -> SigningKey.ofPem(pem), pem);
        var error = refused.problem().errors().getFirst();
        assertEquals("spec.publicKey", error.field());
        assertTrue(error.message().startsWith(words), error.message());
        assertEquals("an EC key on P-256 or P-384", error.limit());
        return refused;
    }

    /** What operators are told to do, done with the program that they are told to use. */
    @ParameterizedTest
    @CsvSource({"prime256v1", "secp384r1"})
    void opensslsKeysAndSignaturesAreTaken(String curve) throws IOException, InterruptedException {
        assumeTrue(openssl("version") == 0, "there is no openssl here");
        Path image = Files.write(folder.resolve("image.qcow2"), CONTENT);
        assertEquals(0, openssl("ecparam", "-name", curve, "-genkey", "-noout", "-out", "key.pem"));
        assertEquals(0, openssl("pkey", "-in", "key.pem", "-pubout", "-out", "key.pub"));
        assertEquals(
                0,
                openssl("dgst", "-sha256", "-sign", "key.pem", "-out", "signature", "image.qcow2"));
        SigningKey key = SigningKey.ofPem(Files.readString(folder.resolve("key.pub")));
        byte[] signature = Files.readAllBytes(folder.resolve("signature"));
        assertTrue(key.made(digest(Files.readAllBytes(image)), signature));
        assertFalse(key.made(digest(new byte[] {1}), signature));
    }

    private int openssl(String... arguments) throws InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "openssl";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("openssl.log").toFile())
                            .start();
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            return process.exitValue();
        } catch (IOException _) {
            return -1;
        }
    }
}
