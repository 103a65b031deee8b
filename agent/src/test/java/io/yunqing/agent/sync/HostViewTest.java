package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.agent.Volumes;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostViewTest {

    private static final VolumeObserved ABSENT = volume(VolumeState.ABSENT, null);
    private static final VolumeObserved PRESENT = volume(VolumeState.PRESENT, null);
    private static final VolumeObserved MAKING = volume(VolumeState.ABSENT, "make");
    private static final VolumeObserved GROWING = volume(VolumeState.PRESENT, "grow");

    @Test
    void whatBecomesOfAVolumeIsNewsAndWhatIsBeingDoneIsNot() {
        assertNews(true, List.of(ABSENT), List.of(PRESENT));
        assertNews(true, List.of(MAKING), List.of(PRESENT));
        assertNews(true, null, List.of());
        assertNews(true, List.of(PRESENT), null);
        assertNews(false, List.of(PRESENT), List.of(PRESENT));
        assertNews(false, List.of(MAKING), List.of(GROWING));
    }

    private static void assertNews(
            boolean news,
            @Nullable List<VolumeObserved> before,
            @Nullable List<VolumeObserved> after) {
        assertEquals(news, view(after).isNewsAfter(view(before)), before + " then " + after);
        boolean differs = before == null || !before.equals(after);
        assertEquals(differs, view(after).differsFrom(view(before)), before + " then " + after);
    }

    private static VolumeObserved volume(VolumeState state, @Nullable String step) {
        return new VolumeObserved(Volumes.ID, state, 0, null, 0, step, null, null);
    }

    private static HostView view(@Nullable List<VolumeObserved> volumes) {
        return new HostView(
                null,
                Instant.EPOCH,
                1,
                null,
                List.of(),
                Set.of(),
                List.of(),
                volumes,
                null,
                null,
                null,
                List.of());
    }
}
