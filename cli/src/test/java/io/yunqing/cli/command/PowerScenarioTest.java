package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.cli.fake.FakeController;
import io.yunqing.cli.fake.FakeController.Fault;
import io.yunqing.cli.fake.Terminal;
import io.yunqing.cli.fake.Terminal.Run;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PowerScenarioTest {
    private static final String SPEC = "{\"spec\":{\"flavor\":\"f\",\"image\":\"i\"}}";

    private FakeController controller;
    private Terminal terminal;

    @BeforeEach
    void start() throws IOException {
        controller = new FakeController();
        terminal = Terminal.at(controller);
        controller.have("tenants/t/instances/web", SPEC);
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    @Test
    void startAndStopSetThePower() throws IOException {
        controller.phases("RUNNING", "STOPPING", "STOPPED");
        Run run = terminal.run("instance", "stop", "t/web", "--wait", "--reason", "maintenance");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("STOPPED", power("web"));
        terminal.run("instance", "stop", "t/web", "--force");
        assertEquals("OFF", power("web"));
        terminal.run("instance", "start", "t/web");
        assertEquals("RUNNING", power("web"));
        assertTrue(terminal.run("instance", "history", "t/web").out().contains("maintenance"));
    }

    @Test
    void rebootAsksForOneMoreBootThanThereIs() throws IOException {
        Run run = terminal.run("instance", "reboot", "t/web");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("{flavor=f, image=i, boot=1}", spec());
        terminal.run("instance", "reboot", "t/web", "--force");
        assertEquals("{flavor=f, image=i, boot=2, forcedBoot=true}", spec());
        terminal.run("instance", "reboot", "t/web");
        assertEquals("{flavor=f, image=i, boot=3}", spec());
    }

    @Test
    void aRebuildIsConfirmedAndAsksForOneMoreBootOnAFreshDisk() throws IOException {
        Run unsure = terminal.run("instance", "rebuild", "t/web");
        assertEquals(Exit.USAGE, unsure.exit());
        assertTrue(unsure.err().contains("--yes"), unsure.err());
        assertEquals("{flavor=f, image=i}", spec());
        Run run = terminal.run("instance", "rebuild", "t/web", "--image", "j", "--yes");
        assertEquals(Exit.OK, run.exit(), run.err());
        for (String part : List.of("image=j", "boot=1", "rebuild=1")) {
            assertTrue(spec().contains(part), spec());
        }
        terminal.run("instance", "stop", "t/web");
        terminal.run("instance", "rebuild", "t/web", "--force", "--yes");
        for (String part : List.of("boot=2", "rebuild=2", "forcedBoot=true", "power=RUNNING")) {
            assertTrue(spec().contains(part), spec());
        }
        Run plan = terminal.run("instance", "rebuild", "t/web", "--dry-run");
        assertEquals(Exit.OK, plan.exit(), plan.err());
        assertTrue(spec().contains("rebuild=2"), spec());
    }

    @Test
    void aRescueIsABootFromAnImageAndItsEndAnother() throws IOException {
        Run run = terminal.run("instance", "rescue", "t/web");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("{flavor=f, image=i, rescue=i, boot=1}", spec(), "from its own image");
        terminal.run("instance", "rescue", "t/web", "--image", "i");
        assertEquals("{flavor=f, image=i, rescue=i, boot=1}", spec(), "it is so already");
        terminal.run("instance", "rescue", "t/web", "--image", "j", "--force");
        assertEquals("{flavor=f, image=i, rescue=j, boot=2, forcedBoot=true}", spec());
        terminal.run("instance", "unrescue", "t/web");
        assertEquals("{flavor=f, image=i, boot=3}", spec());
        terminal.run("instance", "stop", "t/web");
        terminal.run("instance", "rescue", "t/web");
        assertEquals("{flavor=f, image=i, boot=3, power=STOPPED, rescue=i}", spec(), "not started");
    }

    @Test
    void aRebootWhoseAnswerIsLostIsOne() throws IOException {
        controller.next(Fault.LOSE_ANSWER);
        Run run = terminal.run("instance", "reboot", "t/web");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("{flavor=f, image=i, boot=1}", spec());
    }

    @Test
    void pauseWaitsUntilItStandsStill() throws IOException {
        controller.phases("RUNNING", "STOPPING", "PAUSED");
        Run run = terminal.run("instance", "pause", "t/web", "--wait");
        assertEquals(Exit.OK, run.exit(), run.err());
        assertEquals("PAUSED", power("web"));
    }

    @Test
    void severalAreStoppedTogetherAndWhichOneWasNotIsSaid() throws IOException {
        controller.have("tenants/t/instances/db", SPEC);
        Run both = terminal.run("instance", "stop", "web", "db", "--tenant", "t", "-o", "name");
        assertEquals(Exit.OK, both.exit(), both.err());
        assertEquals("t/web\nt/db\n", both.out());
        assertEquals("STOPPED STOPPED", power("web") + " " + power("db"));

        Run partly = terminal.run("instance", "start", "t/none", "t/db", "--wait=1s");
        assertEquals(Exit.PARTLY_DONE, partly.exit(), partly.err());
        assertTrue(partly.err().contains("t/none: refused"), partly.err());
        assertTrue(partly.err().contains("1 of 2 were not changed"), partly.err());
        assertEquals("RUNNING", power("db"));

        Run planned = terminal.run("instance", "stop", "t/web", "t/db", "--digest", "0");
        assertEquals(Exit.USAGE, planned.exit());
        assertTrue(planned.err().contains("of the plan of one instance"), planned.err());
    }

    private String spec() {
        return Tree.textAt(controller.resource("tenants/t/instances/web"), "spec");
    }

    private String power(String instance) {
        return Tree.textAt(controller.resource("tenants/t/instances/" + instance), "spec.power");
    }
}
