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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignerScenarioTest {
    private static final String PATH = "signers/platform-team";
    private static final String PEM =
            "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n";

    @TempDir Path folder;
    private FakeController controller;
    private Terminal terminal;

    @BeforeEach
    void start() throws IOException {
        controller = new FakeController();
        terminal = Terminal.at(controller);
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    private Run create() throws IOException {
        Path key = Files.writeString(folder.resolve("key.pub"), PEM);
        return terminal.run("signer", "create", "platform-team", "--public-key", "@" + key);
    }

    @Test
    void itsKeyComesFromAFile() throws IOException {
        Run run = create();
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("signer platform-team created\n", run.err());
        assertEquals(PEM, Tree.textAt(controller.resource(PATH), "spec.publicKey"));
        assertEquals(
                Exit.OK,
                terminal.run("signer", "set", "platform-team", "--display-name", "平台组").exit());
        assertEquals(PEM, Tree.textAt(controller.resource(PATH), "spec.publicKey"));
        assertTrue(terminal.run("signer", "list").out().contains("平台组"));
        assertEquals(Exit.OK, terminal.run("signer", "delete", "platform-team", "--yes").exit());
        assertTrue(controller.resource(PATH).isEmpty());
    }

    @Test
    void aKeyMustBe() {
        Run run = terminal.run("signer", "create", "platform-team");
        assertEquals(Exit.USAGE, run.exit());
        assertTrue(run.err().contains("--public-key"), run.err());
    }

    @Test
    void aDryRunDoesNotJudgeASignatureByASignerThatItOnlyImagines() {
        String manifests =
                """
                {kind: Image, metadata: {name: i}, spec: {url: "file:/i", sha256: "ab", format: RAW, minDiskGiB: 1, signature: MEUC}}
                ---
                {kind: Signer, metadata: {name: platform-team}, spec: {publicKey: key}}
                """;
        Run run = terminal.fed(manifests).run("apply", "-f", "-", "--dry-run");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertTrue((run.out() + run.err()).contains("signer/platform-team"), run.out() + run.err());
        assertTrue(
                controller.requests().stream().noneMatch(one -> one.startsWith("PUT /v1/images/")),
                controller.requests().toString());

        Run done = terminal.fed(manifests).run("apply", "-f", "-");
        assertEquals("signer/platform-team created\nimage/i created\n", done.out(), done.err());
    }
}
