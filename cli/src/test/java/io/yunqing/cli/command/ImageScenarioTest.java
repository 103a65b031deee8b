package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.cli.fake.FakeController;
import io.yunqing.cli.fake.Terminal;
import io.yunqing.cli.fake.Terminal.Run;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImageScenarioTest {
    private static final String PATH = "images/debian";

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
    void imagesAreListedByTheirStage() {
        Run list = terminal.run("image", "list", "--stage", "IMPORTED");
        assertTrue(list.out().contains("STAGE"), list.out());
        assertTrue(
                controller.requests().getLast().startsWith("GET /v1/images?stage=IMPORTED"),
                controller.requests().getLast());
    }
}
