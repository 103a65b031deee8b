package io.yunqing.controller.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.api.ImageStage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every pair of an image's stages. */
class ImageLifecycleTest {
    @Test
    void noImageComesBackFromBeingRevokedAndNoneIsUnpublished() {
        List<String> moves = new ArrayList<>();
        for (ImageStage from : ImageStage.values()) {
            for (ImageStage to : ImageStage.values()) {
                if (from != to && ImageLifecycle.mayFollow(from, to)) {
                    moves.add(from + " " + to);
                }
            }
            assertEquals(true, ImageLifecycle.mayFollow(from, from));
        }
        assertEquals(
                List.of(
                        "IMPORTED PUBLISHED",
                        "IMPORTED DEPRECATED",
                        "IMPORTED REVOKED",
                        "PUBLISHED DEPRECATED",
                        "PUBLISHED REVOKED",
                        "DEPRECATED PUBLISHED",
                        "DEPRECATED REVOKED"),
                moves);
    }
}
