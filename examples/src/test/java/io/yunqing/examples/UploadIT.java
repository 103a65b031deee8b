package io.yunqing.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.yunqing.examples.cloud.Cloud;
import io.yunqing.examples.cloud.Program;
import io.yunqing.examples.cloud.Rest;
import io.yunqing.examples.cloud.Until;
import io.yunqing.examples.cloud.Yqctl;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The guest's image, signed and sent to the controller by yqctl; both are killed meanwhile, and a real host boots from it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UploadIT {
    @RegisterExtension static final CloudFixture FIXTURE = new CloudFixture(1);

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int HOST = 1;
    private static final String IMAGE = "uploaded";
    private static final String SIGNER = "platform-team";

    /** Large enough that something can be killed while it is sent. */
    private static final long BYTES = 512L << 20;

    private final Cloud cloud = FIXTURE.cloud();
    private final Yqctl yqctl;
    private final Rest rest;

    UploadIT() throws IOException {
        yqctl = cloud.yqctl();
        rest = cloud.rest();
    }

    @Test
    @Order(1)
    void anUploadGoesOnAfterItsSenderAndTheControllerWereKilled()
            throws IOException, GeneralSecurityException {
        Path file = guestImage();
        sign(file);
        Program first = upload(file, "first");
        long sent = awaitReceived(0);
        first.kill();

        Program second = upload(file, "second");
        Until.holds(
                "the second goes on where the first ended",
                SOON,
                () -> second.lastWords().contains("going on from there"),
                second::lastWords);
        long more = awaitReceived(Math.max(sent, received()));
        cloud.controller().kill();
        cloud.controller().start();
        cloud.awaitController();
        assertTrue(received() >= more, "what was acknowledged is there");

        Until.holds(
                "the image is whole",
                Duration.ofMinutes(2),
                () -> upload().path("state").asText().equals("WHOLE"),
                second::lastWords);
        Until.holds("yqctl ends", SOON, () -> !second.running());
        assertTrue(
                second.lastWords().contains("image uploaded uploaded: 512.0 MiB"),
                second.lastWords());
        assertEquals(BYTES, upload().path("bytes").asLong());
        yqctl.ok("image", "check", IMAGE);
        Until.holds(
                "a host finds it good before anybody publishes it",
                SOON,
                () -> checks().path("good").asInt() == 1,
                () -> checksOrWhy());
        assertEquals(Cloud.hostName(HOST), checks().path("firstGoodOn").asText());
        yqctl.ok("image", "publish", IMAGE);
        JsonNode image = rest.get("/v1/images/" + IMAGE).body();
        assertEquals("PUBLISHED", image.at("/spec/stage").asText());
        assertEquals(SIGNER, image.at("/status/signedBy").asText());
    }

    @Test
    @Order(2)
    void aHostBootsFromIt() throws IOException {
        yqctl.ok("instance", "create", "web", "--flavor", "tiny", "--image", IMAGE, "--wait=120s");
        Until.holds(
                "its guest is ready",
                SOON,
                () -> yqctl.ok("instance", "log", "web").contains("yunqing-guest: ready after"));
        String sha256 = rest.get("/v1/images/" + IMAGE).body().at("/spec/sha256").asText();
        assertTrue(
                Files.exists(
                        cloud.testbed()
                                .pool(HOST)
                                .resolve("images")
                                .resolve(sha256 + ".raw.qcow2")));
        yqctl.ok("image", "revoke", IMAGE);
        Until.holds(
                "its host says that a disk stands on it",
                SOON,
                () -> checks().path("inUse").asInt() == 1,
                () -> checksOrWhy());
    }

    private JsonNode checks() throws IOException {
        return rest.get("/v1/images/" + IMAGE).body().at("/status/checks");
    }

    private String checksOrWhy() {
        try {
            return checks().toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    @Order(3)
    void itsBytesGoWithIt() throws IOException {
        yqctl.ok("instance", "delete", "web", "--yes", "--wait=60s");
        yqctl.ok("image", "delete", IMAGE, "--yes");
        yqctl.ok("signer", "delete", SIGNER, "--yes");
        Path images = cloud.folder().resolve("controller/images");
        Until.holds(
                "the controller's folder of images is empty",
                SOON,
                () -> {
                    try (var left = Files.list(images)) {
                        return left.findAny().isEmpty();
                    }
                });
    }

    /** As a raw disk with much behind it. */
    private Path guestImage() throws IOException {
        String url = rest.get("/v1/images/yunqing-guest").body().at("/spec/url").asText();
        Path raw = cloud.folder().resolve("guest.raw");
        Program.output(
                List.of(
                        "qemu-img",
                        "convert",
                        "-f",
                        "qcow2",
                        "-O",
                        "raw",
                        url.replaceFirst("^file://", ""),
                        raw.toString()),
                Map.of(),
                SOON);
        try (var file = new RandomAccessFile(raw.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        return raw;
    }

    /** Makes a signer, and its signature of a file, in DER as openssl writes it. */
    private void sign(Path file) throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        String key =
                "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                        .formatted(
                                Base64.getMimeEncoder()
                                        .encodeToString(pair.getPublic().getEncoded()));
        Path pem = Files.writeString(cloud.folder().resolve("key.pub"), key);
        yqctl.ok("signer", "create", SIGNER, "--public-key", "@" + pem);
        Signature signing = Signature.getInstance("SHA256withECDSA");
        signing.initSign(pair.getPrivate());
        try (InputStream in = Files.newInputStream(file)) {
            byte[] block = new byte[1 << 20];
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                signing.update(block, 0, n);
            }
        }
        Files.write(signature(), signing.sign());
    }

    private Path signature() {
        return cloud.folder().resolve("guest.sig");
    }

    private Program upload(Path file, String log) {
        Program program =
                new Program(
                        "yqctl image upload",
                        List.of(
                                cloud.repository().yqctl().toString(),
                                "image",
                                "upload",
                                IMAGE,
                                file.toString(),
                                "--format",
                                "raw",
                                "--min-disk-gib",
                                "1",
                                "--stage",
                                "imported",
                                "--signature",
                                "@" + signature()),
                        yqctl.environment(),
                        cloud.folder().resolve(log + ".log"));
        program.start();
        return program;
    }

    /** Waits until more than that was received, which is not all. */
    private long awaitReceived(long before) throws IOException {
        Until.holds("more than %d bytes came".formatted(before), SOON, () -> received() > before);
        long received = received();
        assertTrue(received < BYTES, "nothing is left to be sent");
        return received;
    }

    private long received() throws IOException {
        return upload().path("receivedBytes").asLong();
    }

    private JsonNode upload() throws IOException {
        return rest.get("/v1/images/" + IMAGE).body().path("status").path("upload");
    }
}
