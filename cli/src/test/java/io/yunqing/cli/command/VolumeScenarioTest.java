package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.cli.fake.FakeController;
import io.yunqing.cli.fake.Terminal;
import io.yunqing.cli.fake.Terminal.Run;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VolumeScenarioTest {
    private static final String DATA = "tenants/t/volumes/web-data";

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

    @Test
    void anInstanceWithVolumesIsOneRequest() {
        Run run = create("--volume", "data=20", "--volume", "logs=5", "-o", "name");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("instance t/web created\n", run.err());
        assertEquals("t/web\n", run.out());
        assertEquals(List.of("POST /v1/tenants/t/instance-sets"), controller.requests());
        assertEquals(
                List.of("20", "web"),
                List.of(
                        Tree.textAt(controller.resource(DATA), "spec.sizeGiB"),
                        Tree.textAt(controller.resource(DATA), "spec.instance")));
        assertEquals(
                "5",
                Tree.textAt(controller.resource("tenants/t/volumes/web-logs"), "spec.sizeGiB"));
    }

    @Test
    void aSizeIsCheckedBeforeAnythingIsSent() {
        Run run = create("--volume", "data=0");
        assertEquals(Exit.USAGE, run.exit());
        assertTrue(run.err().contains("give 1 to 65536"), run.err());
        Run sizeless = create("--volume", "data");
        assertEquals(Exit.USAGE, sizeless.exit());
        assertTrue(sizeless.err().contains("write KEY=VALUE"), sizeless.err());
        assertTrue(controller.requests().isEmpty());
    }

    @Test
    void aVolumeIsMadeShownGrownMovedToAnotherInstanceAndDeleted() {
        Run made =
                terminal.run(
                        "volume", "create", "t/web-data", "--size-gib", "10", "--instance", "web");
        assertEquals("volume t/web-data created\n", made.err());
        Run list = terminal.run("volumes", "list", "--instance", "web");
        assertTrue(list.out().contains("SIZE GiB") && list.out().contains("10"), list.out());
        assertTrue(
                controller.requests().getLast().startsWith("GET /v1/volumes?instance=web"),
                controller.requests().getLast());
        terminal.run("volume", "set", "t/web-data", "--size-gib", "12");
        assertEquals("12", Tree.textAt(controller.resource(DATA), "spec.sizeGiB"));
        Run detached = terminal.run("volume", "detach", "t/web-data");
        assertEquals("volume t/web-data changed\n", detached.err());
        assertEquals("", Tree.textAt(controller.resource(DATA), "spec.instance"));
        assertEquals(
                "volume t/web-data is as asked already\n",
                terminal.run("volume", "detach", "t/web-data").err());
        Run nowhere = terminal.run("volume", "attach", "t/web-data");
        assertEquals(Exit.USAGE, nowhere.exit());
        terminal.run("volume", "attach", "t/web-data", "--instance", "web-2");
        assertEquals("web-2", Tree.textAt(controller.resource(DATA), "spec.instance"));
        assertEquals(
                "volume t/web-data deleted\n",
                terminal.run("volume", "delete", "t/web-data", "--yes").err());
    }

    @Test
    void aSnapshotIsAsLargeAsItsVolume() {
        terminal.run("volume", "create", "t/web-data", "--size-gib", "10", "--instance", "web");
        Run made =
                terminal.run(
                        "volume", "snapshot", "t/web-data", "--name", "before", "--label", "a=b");
        assertEquals("volume t/before created\n", made.err());
        Map<String, Object> snapshot = controller.resource("tenants/t/volumes/before");
        assertEquals(
                List.of("10", "web-data", "true", "b"),
                List.of(
                        Tree.textAt(snapshot, "spec.sizeGiB"),
                        Tree.textAt(snapshot, "spec.copyOf"),
                        Tree.textAt(snapshot, "spec.snapshot"),
                        Tree.textAt(snapshot, "metadata.labels.a")));
        assertEquals(Exit.USAGE, terminal.run("volume", "snapshot", "t/web-data").exit());
        terminal.run("volume", "list", "--of", "web-data", "--snapshot", "true");
        assertTrue(
                controller.requests().getLast().contains("of=web-data&snapshot=true"),
                controller.requests().getLast());
    }

    @Test
    void aRestoreAsksFirstAndIsCounted() {
        terminal.run("volume", "create", "t/web-data", "--size-gib", "10", "--instance", "web");
        assertEquals(Exit.USAGE, terminal.run("volume", "restore", "t/web-data", "--yes").exit());
        Run unsure = terminal.run("volume", "restore", "t/web-data", "--from", "before");
        assertEquals(Exit.USAGE, unsure.exit());
        assertEquals("", Tree.textAt(controller.resource(DATA), "spec.restore"));
        for (String times : List.of("1", "2")) {
            terminal.run("volume", "restore", "t/web-data", "--from", "before", "--yes");
            assertEquals("before", Tree.textAt(controller.resource(DATA), "spec.copyOf"));
            assertEquals(times, Tree.textAt(controller.resource(DATA), "spec.restore"));
        }
    }

    @Test
    void snapshotsOfAnInstanceAreOneRequest() {
        Run run =
                terminal.run(
                        "instance", "snapshot", "t/web", "--name", "night", "--volume", "web-data");
        assertEquals("volume t/night-* created\n", run.err());
        assertEquals(
                "POST /v1/tenants/t/instances/web/snapshots", controller.requests().getFirst());
        String body = controller.requests().getLast();
        assertTrue(body.contains("\"name\":\"night\""), body);
        assertTrue(body.contains("\"volumes\":[\"web-data\"]"), body);
    }

    @Test
    void aBackupIsTakenListedAndAVolumeIsMadeFromIt() {
        terminal.run("volume", "create", "t/web-data", "--size-gib", "10", "--instance", "web");
        Run repository =
                terminal.run("repository", "create", "vault", "--url", "file:///srv/backups");
        assertEquals("repository vault created\n", repository.err());
        terminal.run(
                "repository",
                "create",
                "far",
                "--url",
                "https://s3.example.cn",
                "--bucket",
                "backups",
                "--path-style",
                "false");
        Map<String, Object> far = controller.resource("repositories/far");
        assertEquals(
                List.of("https://s3.example.cn", "backups", "false"),
                List.of(
                        Tree.textAt(far, "spec.url"),
                        Tree.textAt(far, "spec.bucket"),
                        Tree.textAt(far, "spec.pathStyle")));
        Run taken =
                terminal.run(
                        "volume",
                        "backup",
                        "t/web-data",
                        "--name",
                        "one",
                        "--repository",
                        "vault",
                        "--full",
                        "--label",
                        "run=1");
        assertEquals("backup t/one created\n", taken.err());
        Map<String, Object> one = controller.resource("tenants/t/backups/one");
        assertEquals(
                List.of("web-data", "vault", "true", "1"),
                List.of(
                        Tree.textAt(one, "spec.volume"),
                        Tree.textAt(one, "spec.repository"),
                        Tree.textAt(one, "spec.full"),
                        Tree.textAt(one, "metadata.labels.run")));
        Run nowhere = terminal.run("volume", "backup", "t/web-data", "--name", "two");
        assertEquals(Exit.USAGE, nowhere.exit());
        assertTrue(nowhere.err().contains("yqctl repository list"), nowhere.err());
        Run second =
                terminal.run(
                        "backup",
                        "create",
                        "t/two",
                        "--volume",
                        "web-data",
                        "--repository",
                        "vault");
        assertEquals("backup t/two created\n", second.err());
        terminal.run("backup", "list", "--volume", "web-data", "--phase", "AVAILABLE");
        assertTrue(
                controller.requests().getLast().startsWith("GET /v1/backups?"),
                controller.requests().getLast());
        terminal.run(
                "volume",
                "create",
                "t/back",
                "--size-gib",
                "10",
                "--instance",
                "web",
                "--from-backup",
                "two");
        assertEquals(
                "two",
                Tree.textAt(controller.resource("tenants/t/volumes/back"), "spec.fromBackup"));
        assertEquals(
                "backup t/two deleted\n", terminal.run("backup", "delete", "t/two", "--yes").err());
    }

    private Run create(String... more) {
        List<String> line =
                new ArrayList<>(
                        List.of("instance", "create", "t/web", "--flavor", "f", "--image", "i"));
        line.addAll(List.of(more));
        return terminal.run(line.toArray(String[]::new));
    }
}
