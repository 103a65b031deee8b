package io.yunqing.controller.storage;

import io.yunqing.api.ImageStage;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Whether something new may stand on an image: by its stage, and by its signature where the controller is to ask for one. */
@ApplicationScoped
public class ImageUse {
    private final UnsignedImages unsigned;

    ImageUse(@ConfigProperty(name = "yunqing.images.unsigned") UnsignedImages unsigned) {
        this.unsigned = unsigned;
    }

    public boolean isUsable(ImageStage stage, boolean signed) {
        return ImageLifecycle.isUsable(stage) && isTrusted(signed);
    }

    private boolean isTrusted(boolean signed) {
        return signed || unsigned == UnsignedImages.ALLOW;
    }

    /**
     * @throws ProblemException if nothing new may stand on an image at this stage, or without a signature
     */
    public void requireUsable(String image, ImageStage stage, boolean signed) {
        ImageLifecycle.requireUsable(image, stage);
        if (!isTrusted(signed)) {
            throw ProblemException.of(
                    ProblemCode.IMAGE_UNSIGNED,
                    "image %s is not signed, and nothing new is made from such images here"
                            .formatted(image),
                    "have it signed with yqctl image set %s --signature @FILE, or choose another image"
                            .formatted(image));
        }
    }

    /**
     * @throws ProblemException if nothing new may stand on an image, or it is not there
     */
    public void requireUsable(ImageRow image) {
        requireUsable(image.name, image.spec.stageOrDefault(), image.isSigned());
        ImageLifecycle.requireReady(image.name, image.isReady());
    }

    /**
     * @throws ProblemException if a new image is not signed and would be for use at this stage
     */
    void requirePublishable(ImageStage stage, boolean signed) {
        if (ImageLifecycle.isUsable(stage) && !isTrusted(signed)) {
            throw ProblemException.field(
                    ProblemCode.IMAGE_UNSIGNED,
                    "spec.signature",
                    "is missing, and unsigned images are not %s here".formatted(stage),
                    "a signature by one of the signers, unless spec.stage is IMPORTED",
                    null,
                    "send its signature (yqctl: --signature @FILE), or let it be IMPORTED until it is signed");
        }
    }

    /**
     * The same of an image that there is. One that was published unsigned before the controller asked for signatures can be changed in
     * other ways, and deprecated.
     *
     * @throws ProblemException if it would be published unsigned, or lose its signature while it is for use
     */
    void requirePublishable(ImageStage from, boolean wasSigned, ImageStage to, boolean signed) {
        boolean gainsNothing =
                !wasSigned
                        && ImageLifecycle.isUsable(from)
                        && (to == from || to == ImageStage.DEPRECATED);
        if (!gainsNothing) {
            requirePublishable(to, signed);
        }
    }
}
