package io.yunqing.controller.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.yunqing.api.ImageStage;
import io.yunqing.controller.platform.ProblemException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every stage and move of an image with and without a signature, where unsigned images are allowed and where they are refused. */
class ImageUseTest {
    private final ImageUse refusing = new ImageUse(UnsignedImages.REFUSE);
    private final ImageUse allowing = new ImageUse(UnsignedImages.ALLOW);

    @Test
    void unsignedImagesAreUsedOnlyWhereTheyAreAllowed() {
        assertEquals(
                List.of(
                        "PUBLISHED unsigned",
                        "PUBLISHED signed",
                        "DEPRECATED unsigned",
                        "DEPRECATED signed"),
                usable(allowing));
        assertEquals(List.of("PUBLISHED signed", "DEPRECATED signed"), usable(refusing));
    }

    private static List<String> usable(ImageUse use) {
        List<String> usable = new ArrayList<>();
        for (ImageStage stage : ImageStage.values()) {
            for (boolean signed : List.of(false, true)) {
                boolean passes = passes(() -> use.requireUsable("debian", stage, signed));
                assertEquals(use.isUsable(stage, signed), passes);
                if (passes) {
                    usable.add(stage + (signed ? " signed" : " unsigned"));
                }
            }
        }
        return usable;
    }

    @Test
    void newImagesAreSignedOrOnlyImported() {
        List<String> refused = new ArrayList<>();
        for (ImageStage stage : ImageStage.values()) {
            assertTrue(passes(() -> refusing.requirePublishable(stage, true)));
            assertTrue(passes(() -> allowing.requirePublishable(stage, false)));
            if (!passes(() -> refusing.requirePublishable(stage, false))) {
                refused.add(stage.name());
            }
        }
        assertEquals(List.of("PUBLISHED", "DEPRECATED"), refused);
    }

    @Test
    void noImageIsPublishedUnsignedOrLosesItsSignatureWhileItIsForUse() {
        List<String> refused = new ArrayList<>();
        for (ImageStage from : ImageStage.values()) {
            for (ImageStage to : ImageStage.values()) {
                if (!ImageLifecycle.mayFollow(from, to)) {
                    continue;
                }
                for (boolean was : List.of(false, true)) {
                    assertTrue(passes(() -> refusing.requirePublishable(from, was, to, true)));
                    assertTrue(passes(() -> allowing.requirePublishable(from, was, to, false)));
                    if (!passes(() -> refusing.requirePublishable(from, was, to, false))) {
                        refused.add("%s %s %s".formatted(was ? "loses" : "unsigned", from, to));
                    }
                }
            }
        }
        assertEquals(
                List.of(
                        "unsigned IMPORTED PUBLISHED",
                        "loses IMPORTED PUBLISHED",
                        "unsigned IMPORTED DEPRECATED",
                        "loses IMPORTED DEPRECATED",
                        "loses PUBLISHED PUBLISHED",
                        "loses PUBLISHED DEPRECATED",
                        "unsigned DEPRECATED PUBLISHED",
                        "loses DEPRECATED PUBLISHED",
                        "loses DEPRECATED DEPRECATED"),
                refused);
    }

    @Test
    void theSettingIsWrittenAsItIsDocumented() {
        assertEquals(UnsignedImages.REFUSE, setting("refuse"));
        assertEquals(UnsignedImages.ALLOW, setting("allow"));
        assertThrows(IllegalArgumentException.class, () -> setting("yes"));
    }

    private static UnsignedImages setting(String text) {
        return new SmallRyeConfigBuilder()
                .withDefaultValue("yunqing.images.unsigned", text)
                .build()
                .getValue("yunqing.images.unsigned", UnsignedImages.class);
    }

    private static boolean passes(Runnable rule) {
        try {
            rule.run();
            return true;
        } catch (ProblemException _) {
            return false;
        }
    }
}
