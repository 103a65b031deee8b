package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.cli.fake.FakeController;
import io.yunqing.cli.fake.Terminal;
import io.yunqing.cli.fake.Terminal.Run;
import io.yunqing.cli.platform.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionScenarioTest {
    private FakeController controller;
    private Path config;
    private Terminal terminal;
    @TempDir Path home;

    @BeforeEach
    void start() throws IOException {
        controller = new FakeController();
        config = home.resolve(".config/yunqing/config");
        terminal = new Terminal().with("HOME", home.toString());
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    @Test
    void loginChecksAndRemembersForItsOwnerOnly() throws IOException {
        Run run =
                terminal.fed(FakeController.TOKEN + "\n")
                        .run("login", "--server", controller.url(), "-t", "reg");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertTrue(run.err().contains("shenzhen") && run.err().contains("ops"));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(config)));
        assertEquals(
                List.of("server = " + controller.url(), "token = secret", "tenant = reg"),
                Files.readAllLines(config));
        assertTrue(terminal.run("whoami").out().contains("shenzhen"));
        terminal.run("instance", "list");
        assertTrue(controller.requests().getLast().startsWith("GET /v1/tenants/reg/instances"));
        assertEquals(Exit.OK, terminal.run("logout").exit());
        assertEquals(Exit.NOT_PERMITTED, terminal.run("whoami").exit());
    }

    @Test
    void aWrongTokenIsNotRemembered() {
        Run run = terminal.run("login", "--server", controller.url(), "--token", "wrong");
        assertEquals(Exit.NOT_PERMITTED, run.exit());
        assertFalse(Files.exists(config));
        assertEquals(
                Exit.USAGE,
                terminal.run("login", "--server", controller.url(), "--token", "two words").exit());
        assertEquals(Exit.USAGE, terminal.run("login", "--token", "x").exit());
    }

    @Test
    void theTokenMayComeFromAFile() throws IOException {
        Path file = Files.writeString(home.resolve("token"), FakeController.TOKEN + "\n");
        Run run =
                terminal.run(
                        "login", "--server", controller.url(), "--token-file", file.toString());
        assertEquals(Exit.OK, run.exit(), run.err());
    }

    @Test
    void theFlagWinsOverTheVariableAndTheVariableOverTheFile() {
        terminal.run("login", "--server", controller.url(), "--token", FakeController.TOKEN);
        terminal.with("YQCTL_SERVER", "http://127.0.0.1:1");
        assertEquals(Exit.UNREACHABLE, terminal.run("whoami").exit());
        assertEquals(Exit.OK, terminal.run("whoami", "--server", controller.url()).exit());
    }

    @Test
    void aBrokenConfigNamesTheLine() throws IOException {
        Files.createDirectories(config.getParent());
        Files.writeString(config, "# mine\nserver = http://x\nsever = y\n");
        Run run = terminal.run("whoami");
        assertEquals(Exit.USAGE, run.exit());
        assertTrue(run.err().contains("config:3: 'sever' is not a setting"), run.err());
    }

    @Test
    void wordsFollowTheLocaleAndCanBeAsked() {
        terminal.run("login", "--server", controller.url(), "--token", FakeController.TOKEN);
        assertTrue(terminal.run("zone", "list", "--lang", "zh").err().contains("这里没有 zone"));
        assertTrue(terminal.with("LANG", "zh_CN.UTF-8").run("zone", "list").err().contains("这里没有"));
        assertTrue(
                terminal.with("YQCTL_LANG", "en")
                        .run("zone", "list")
                        .err()
                        .contains("There is no"));
    }
}
