package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.cli.fake.FakeController;
import io.yunqing.cli.fake.Terminal;
import io.yunqing.cli.fake.Terminal.Run;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageScenarioTest {
    private static final String PATH = "images/debian";

    @TempDir Path folder;
    private FakeController controller;
    private Terminal terminal;

    @BeforeEach
    void start() throws IOException {
        controller = new FakeController();
        terminal = Terminal.at(controller);
        controller.have(
                PATH, "{\"spec\":{\"format\":\"VMDK\",\"minDiskGiB\":4,\"stage\":\"IMPORTED\"}}");
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    @Test
    void aVerbSetsTheStageAndNothingElse() {
        for (Map.Entry<String, String> verb :
                List.of(
                        Map.entry("publish", "PUBLISHED"),
                        Map.entry("deprecate", "DEPRECATED"),
                        Map.entry("revoke", "REVOKED"))) {
            Run run = terminal.run("image", verb.getKey(), "debian");
            assertEquals(Exit.OK, run.exit(), run.err());
            assertEquals("image debian changed\n", run.err());
            assertEquals(
                    "{format=VMDK, minDiskGiB=4, stage=%s}".formatted(verb.getValue()),
                    Tree.textAt(controller.resource(PATH), "spec"));
        }
    }

    @Test
    void oneHostOfAZoneIsAskedToCheckAnImage() {
        Run run = terminal.run("image", "check", "debian", "--zone", "futian");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("image debian: one host was asked to check it\n", run.err());
        assertEquals(
                List.of("POST /v1/" + PATH + "/check", "{\"zone\":\"futian\"}"),
                controller.requests());
    }

    @Test
    void imagesAreListedByTheirStage() {
        Run list = terminal.run("image", "list", "--stage", "IMPORTED");
        assertTrue(list.out().contains("STAGE"), list.out());
        assertTrue(
                controller.requests().getLast().startsWith("GET /v1/images?stage=IMPORTED"),
                controller.requests().getLast());
    }

    @Test
    void aSignatureIsTakenAsOpensslWritesItAndInBase64() throws IOException {
        // A signature by a key on P-256 may be as short as this, but for its numbers.
        byte[] der = {0x30, 6, 2, 1, 1, 2, 1, 2};
        String base64 = Base64.getEncoder().encodeToString(der);
        Path binary = Files.write(folder.resolve("binary"), der);
        Path lines =
                Files.writeString(
                        folder.resolve("lines"),
                        base64.substring(0, 6) + "\n" + base64.substring(6) + "\n");
        for (String given : List.of("@" + binary, "@" + lines, base64)) {
            Run run = terminal.run("image", "set", "debian", "--signature", given);
            assertEquals(Exit.OK, run.exit(), run.err());
            assertEquals(base64, signature());
            assertEquals(Exit.OK, terminal.run("image", "set", "debian", "--signature", "").exit());
            // Leaving it out would keep it.
            assertEquals("{format=VMDK, minDiskGiB=4, stage=IMPORTED, signature=}", spec());
        }
    }

    @Test
    void whatIsNoSignatureIsRefusedWithWhatToDo() throws IOException {
        Path raw = Files.write(folder.resolve("raw"), new byte[] {0x30, 9, 2, 1, 1, 2, 1, 2});
        Path image = Files.write(folder.resolve("image"), new byte[2000]);
        refused("@" + raw, "base64 -w0");
        refused("@" + image, "not that of the image");
        refused("@" + folder.resolve("nothing"), "name a readable file");
        refused("no base64!", "base64 -w0");
        assertEquals("", signature());
    }

    private void refused(String given, String remedy) {
        Run run = terminal.run("image", "set", "debian", "--signature", given);
        assertEquals(Exit.USAGE, run.exit(), run.err());
        assertTrue(run.err().contains("--signature: "), run.err());
        assertTrue(run.err().contains(remedy), run.err());
    }

    @Test
    void aManifestsNullRemovesTheSignature() {
        assertEquals(Exit.OK, terminal.run("image", "set", "debian", "--signature", "MEUC").exit());
        Run run =
                terminal.fed(
                                "{kind: Image, metadata: {name: debian}, spec: {sha256: ab, format: VMDK, minDiskGiB: 4, signature: null}}")
                        .run("apply", "-f", "-");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("", signature());
        assertTrue(spec().contains("signature="), spec());
    }

    @Test
    void imagesAreListedByTheirSigner() throws IOException {
        controller.have(
                "images/signed", "{\"spec\":{},\"status\":{\"signedBy\":\"platform-team\"}}");
        Run list =
                terminal.run(
                        "image",
                        "list",
                        "--signer",
                        "platform-team",
                        "--signed",
                        "true",
                        "-o",
                        "wide");
        assertTrue(list.out().contains("SIGNED BY"), list.out());
        assertTrue(list.out().contains("platform-team"), list.out());
        assertTrue(
                controller.requests().stream()
                        .anyMatch(one ->
                                one.startsWith("GET /v1/images?signer=platform-team&signed=true")),
                controller.requests().toString());
    }

    private String signature() {
        return Tree.textAt(controller.resource(PATH), "spec.signature");
    }

    private String spec() {
        return Tree.textAt(controller.resource(PATH), "spec");
    }
}
