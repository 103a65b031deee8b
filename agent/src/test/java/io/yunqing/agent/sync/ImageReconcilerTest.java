package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.yunqing.agent.Instances;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.ImageDesired;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Images that no instance needs. */
class ImageReconcilerTest extends Reconciling {

    @Test
    void oneThatIsToBeCheckedIsFetchedOnceAndARevokedOneGoes() {
        hear(1, new ImageDesired(Instances.IMAGE, 1, false));
        until("it is here", () -> hypervisor.holds(Instances.IMAGE));
        untilQuiet();
        hear(2, new ImageDesired(Instances.IMAGE, 2, true));
        until("it is gone", () -> !hypervisor.holds(Instances.IMAGE));
        untilQuiet();
        hear(3, new ImageDesired(Instances.IMAGE, 1, false));
        until("a later wish is another one", () -> hypervisor.holds(Instances.IMAGE));
    }

    @Test
    void nothingIsDoneAboutImagesWhileAnotherAgentHasThisIdentity() {
        reconciler.hold("another agent has it");
        hear(1, new ImageDesired(Instances.IMAGE, 1, false));
        untilQuiet();
        assertFalse(hypervisor.holds(Instances.IMAGE));
        reconciler.hold(null);
        until("it is here", () -> hypervisor.holds(Instances.IMAGE));
    }

    @Test
    void whatIsWishedOfImagesIsKeptAndANewsThatDoesNotSpeakOfItChangesNothing() {
        var wish = new ImageDesired(Instances.IMAGE, 1, false);
        hear(1, wish);
        reconciler.hear(HostDesired.of(2, false, List.of(), List.of(), null, null));
        assertEquals(List.of(wish), reconciler.desired().images());
        reconciler.hear(
                HostDesired.of(3, false, List.of(), List.of(), null, null).withImages(List.of()));
        assertEquals(List.of(), reconciler.desired().images());
    }

    private void hear(long revision, ImageDesired wish) {
        reconciler.hear(
                HostDesired.of(revision, true, List.of(), List.of(), null, null)
                        .withImages(List.of(wish)));
    }
}
