package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Instances;
import io.yunqing.api.Power;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LevelsTest {

    private final Levels levels = new Levels();

    /** As when an answer from before the instance was placed anew arrives late. */
    @Test
    void aLowerEpochNeverReplacesAHigherOne() {
        var placedAnew = Instances.running().epoch(3).build();
        var before = Instances.running().epoch(2).power(Power.OFF).build();
        assertEquals(Set.of(Instances.ID), hear(placedAnew).instances());
        var change = hear(before);
        assertEquals(Set.of(), change.instances());
        assertTrue(
                change.refused().getFirst().contains("epoch 2 is below epoch 3"),
                () -> change.toString());
        assertTrue(levels.asks(placedAnew));
        assertFalse(levels.asks(before));
        var again = Instances.running().epoch(3).power(Power.OFF).build();
        assertEquals(Set.of(Instances.ID), hear(again).instances(), "the same epoch may ask else");
    }

    private Levels.Change hear(InstanceDesired instance) {
        return levels.hear(HostDesired.of(1, true, List.of(instance), null, null, null));
    }
}
