package io.yunqing.controller.compute;

import io.yunqing.api.InstanceSpec;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.storage.ImageRow;
import io.yunqing.controller.storage.ImageUse;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;

/**
 * Has an instance started from another image, with its root disk beside it, to mend what keeps it from starting by itself. The disk
 * that it is started from then is made when that begins, and goes when it ends.
 */
@ApplicationScoped
class Rescuing {
    private final ImageUse use;

    Rescuing(ImageUse use) {
        this.use = use;
    }

    /**
     * Takes a wish to begin or to end it. Returns whether there is one.
     *
     * @throws ProblemException if the instance would not be started for it, or the image is not for use
     */
    boolean change(InstanceRow row, InstanceSpec wanted) {
        if (Objects.equals(row.spec.rescue(), wanted.rescue())) {
            return false;
        }
        if (wanted.powerOrDefault().on() && wanted.bootOrNone() == row.spec.bootOrNone()) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.rescue",
                    "takes effect when the instance is started, and so is asked together with another boot, or while it is to be off",
                    ProblemException.abbreviate(row.spec.rescue()),
                    wanted.rescue(),
                    "set spec.boot to %d as well".formatted(row.spec.bootOrNone() + 1));
        }
        row.rescueImage = wanted.rescue() == null ? null : usable(wanted.rescue());
        return true;
    }

    private ImageRow usable(String name) {
        ImageRow image =
                ImageRow.<ImageRow>find("name", name)
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown("spec.rescue", Kind.IMAGE, name));
        use.requireUsable(image);
        return image;
    }

    /**
     * @throws ProblemException if what is to be created was to be rescued
     */
    static void requireNone(InstanceSpec spec) {
        if (spec.rescue() != null) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.rescue",
                    "is for an instance that there is: a new one has nothing to be rescued",
                    null,
                    spec.rescue(),
                    "leave it out, or name the image as spec.image");
        }
    }
}
