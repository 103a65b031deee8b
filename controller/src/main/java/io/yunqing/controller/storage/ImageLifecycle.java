package io.yunqing.controller.storage;

import io.yunqing.api.Condition;
import io.yunqing.api.ImageStage;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.ProblemException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which stage of an image may follow which, and what each allows. */
public final class ImageLifecycle {
    private static final Map<ImageStage, Set<ImageStage>> NEXT =
            Map.of(
                    ImageStage.IMPORTED,
                            EnumSet.of(
                                    ImageStage.PUBLISHED,
                                    ImageStage.DEPRECATED,
                                    ImageStage.REVOKED),
                    ImageStage.PUBLISHED, EnumSet.of(ImageStage.DEPRECATED, ImageStage.REVOKED),
                    ImageStage.DEPRECATED, EnumSet.of(ImageStage.PUBLISHED, ImageStage.REVOKED),
                    ImageStage.REVOKED, EnumSet.noneOf(ImageStage.class));

    private ImageLifecycle() {}

    static boolean mayFollow(ImageStage from, ImageStage to) {
        return from == to || NEXT.get(from).contains(to);
    }

    /**
     * @throws ProblemException if an image does not go from one of these stages to the other
     */
    static void requireMove(ImageStage from, ImageStage to) {
        if (!mayFollow(from, to)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.stage",
                    "does not become %s once it is %s".formatted(to, from),
                    from == ImageStage.REVOKED
                            ? "REVOKED"
                            : "%s or one of %s".formatted(from, NEXT.get(from)),
                    to,
                    from == ImageStage.REVOKED
                            ? "create another image; one that was revoked stays so"
                            : "keep it, or deprecate or revoke it");
        }
    }

    /** Whether something new may stand on an image at this stage. */
    static boolean isUsable(ImageStage stage) {
        return stage == ImageStage.PUBLISHED || stage == ImageStage.DEPRECATED;
    }

    /**
     * @throws ProblemException if nothing new may stand on an image at this stage
     */
    static void requireUsable(String image, ImageStage stage) {
        if (isUsable(stage)) {
            return;
        }
        throw stage == ImageStage.IMPORTED
                ? ProblemException.of(
                        ProblemCode.IMAGE_NOT_PUBLISHED,
                        "image %s is not published yet".formatted(image),
                        "publish it with yqctl image publish %s, or choose another one"
                                .formatted(image))
                : ProblemException.of(
                        ProblemCode.IMAGE_NOT_PUBLISHED,
                        "image %s is revoked".formatted(image),
                        "choose another image");
    }

    /**
     * @throws ProblemException if the bytes of an image are not there
     */
    public static void requireReady(String image, boolean ready) {
        if (!ready) {
            throw ProblemException.of(
                    ProblemCode.IMAGE_NOT_READY,
                    "the bytes of image %s are not there yet".formatted(image),
                    "send them by yqctl image upload %s FILE; yqctl image show %s says how many have come"
                            .formatted(image, image));
        }
    }

    /** What there is to say to those who stand on an image at this stage. */
    public static Optional<Condition> condition(String image, ImageStage stage) {
        return switch (stage) {
            case DEPRECATED ->
                    Optional.of(
                            new Condition(
                                    "ImageDeprecated",
                                    "image %s is on its way out; plan to rebuild from another one"
                                            .formatted(image),
                                    null));
            case REVOKED ->
                    Optional.of(
                            new Condition(
                                    "ImageRevoked",
                                    "image %s must not be used any more; rebuild from another one"
                                            .formatted(image),
                                    null));
            case IMPORTED, PUBLISHED -> Optional.empty();
        };
    }
}
