package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.cli.fake.FakeController;
import io.yunqing.cli.fake.FakeController.Fault;
import io.yunqing.cli.fake.Terminal;
import io.yunqing.cli.fake.Terminal.Run;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadScenarioTest {
    private static final String UPLOAD = "/v1/images/debian/upload";

    @TempDir Path folder;
    private FakeController controller;
    private Terminal terminal;
    private Path file;

    @BeforeEach
    void start() throws IOException {
        controller = new FakeController();
        terminal = Terminal.at(controller);
        file = folder.resolve("debian.qcow2");
        byte[] bytes = new byte[9 << 20];
        new Random(1).nextBytes(bytes);
        Files.write(file, bytes);
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    private Run upload() {
        return terminal.run(
                "image",
                "upload",
                "debian",
                file.toString(),
                "--format",
                "qcow2",
                "--min-disk-gib",
                "4");
    }

    private List<String> requests(String method) {
        return controller.requests().stream()
                .filter(one -> one.equals(method + " " + UPLOAD))
                .toList();
    }

    @Test
    void aFileBecomesAnImageInPieces() {
        Run run = upload();
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("image debian created\nimage debian uploaded: 9.0 MiB\n", run.err());
        assertEquals("QCOW2", Tree.textAt(controller.resource("images/debian"), "spec.format"));
        assertEquals("", Tree.textAt(controller.resource("images/debian"), "spec.url"));
        assertEquals(3, requests("PATCH").size());
        // Whoever is done asks for nothing.
        Run again = upload();
        assertEquals(Exit.OK, again.exit(), again.err());
        assertEquals(3, requests("PATCH").size());
    }

    @Test
    void aLostAnswerAndABusyControllerAreAskedWhereItIs() throws IOException {
        controller.have("images/debian", imageOf(file));
        controller.next(Fault.BUSY);
        controller.next(Fault.LOSE_ANSWER);
        controller.next(Fault.LOSE_ANSWER);
        controller.next(Fault.BUSY);
        Run run = upload();
        assertEquals(Exit.OK, run.exit(), run.err());
        assertTrue(run.err().endsWith("image debian uploaded: 9.0 MiB\n"), run.err());
    }

    @Test
    void onATerminalThereIsABar() {
        Run run =
                terminal.interactive("")
                        .run(
                                "image",
                                "upload",
                                "debian",
                                file.toString(),
                                "--format",
                                "raw",
                                "--min-disk-gib",
                                "4");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertTrue(run.err().contains("\r[############"), run.err());
        assertTrue(run.err().contains("Uploading debian: 4.0 MiB of 9.0 MiB (44 %"), run.err());
    }

    @Test
    void anotherFileDoesNotGoOnWithTheUpload() throws IOException {
        controller.have("images/debian", imageOf(Files.writeString(folder.resolve("x"), "x")));
        Run run = upload();
        assertEquals(Exit.CONFLICT, run.exit());
        assertTrue(run.err().contains("image debian is of sha256"), run.err());
        assertTrue(requests("PATCH").isEmpty());
    }

    @Test
    void aPlanSendsNothing() {
        Run run =
                terminal.run(
                        "image",
                        "upload",
                        "debian",
                        file.toString(),
                        "--format",
                        "raw",
                        "--min-disk-gib",
                        "4",
                        "--dry-run");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertTrue(run.out().contains("image debian would be created"), run.out());
        assertTrue(requests("POST").isEmpty());
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        Run flags = terminal.run("image", "upload", "debian", file.toString());
        assertEquals(Exit.USAGE, flags.exit());
        assertTrue(flags.err().contains("--format"), flags.err());
        assertFalse(flags.err().contains("--sha256"), flags.err());
        Run nothing = terminal.run("image", "upload", "debian", folder + "/nothing");
        assertEquals(Exit.USAGE, nothing.exit());
        assertTrue(nothing.err().contains("is not a file"), nothing.err());
        Path empty = Files.createFile(folder.resolve("empty"));
        assertTrue(
                terminal.run("image", "upload", "debian", empty.toString())
                        .err()
                        .contains("is empty"));
    }

    private static String imageOf(Path file) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return "{\"spec\":{\"format\":\"QCOW2\",\"minDiskGiB\":4,\"sha256\":\"%s\"}}"
                    .formatted(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
