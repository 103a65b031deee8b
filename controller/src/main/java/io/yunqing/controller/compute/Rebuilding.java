package io.yunqing.controller.compute;

import io.yunqing.api.InstanceSpec;
import io.yunqing.api.Kind;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.fleet.HostPools;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.storage.ImageRow;
import io.yunqing.controller.storage.ImageUse;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;

/**
 * Gives an instance a fresh root disk. That is a boot like others, but for its host's making the disk and the seed anew before
 * it; so it happens once, and what the guest is given once at its first start may change with it.
 */
@ApplicationScoped
class Rebuilding {
    private final HostPools pools;
    private final ImageUse use;

    Rebuilding(HostPools pools, ImageUse use) {
        this.pools = pools;
        this.use = use;
    }

    /**
     * Takes a wish for another rebuild, or refuses what may change only with one.
     *
     * @throws ProblemException if {@code rebuild} is neither what it was nor the boot that it is asked with, the instance is
     *     protected, or the image does not fit on its root disk or is not for use, or its host's pool is nearly full
     */
    void change(InstanceRow row, InstanceSpec wanted) {
        if (wanted.rebuildOrNone() == row.spec.rebuildOrNone()) {
            fixed("spec.image", row.spec.image(), wanted.image());
            fixed("spec.sshKeys", row.spec.sshKeys(), wanted.sshKeys());
            fixed("spec.userData", row.spec.userData(), wanted.userData());
            return;
        }
        if (row.flavor.hasRootVolumes()) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.rebuild",
                    "the root disk of instance %s is volume %s, which is made once"
                            .formatted(row.name, row.name + Creation.ROOT),
                    null,
                    wanted.rebuild(),
                    "leave it out, and create another instance to begin with a fresh root disk");
        }
        requireNewBoot(row.spec.bootOrNone(), wanted);
        if (Boolean.TRUE.equals(row.spec.deletionProtection())) {
            throw ProblemException.of(
                    ProblemCode.DELETION_PROTECTED,
                    "instance %s is protected, and what is on its root disk would be deleted"
                            .formatted(row.name),
                    "set spec.deletionProtection to false first, if it is really to go");
        }
        pools.requireRoom("spec.rebuild", row.host);
        String name = wanted.image();
        boolean another = !row.spec.image().equals(name);
        ImageRow image = another ? fitting(row, name) : row.image;
        use.requireUsable(image);
        row.image = image;
    }

    /**
     * @throws ProblemException if what is to be created was to be rebuilt with a boot that it is not to have
     */
    static void requireBoot(InstanceSpec spec) {
        if (spec.rebuildOrNone() > spec.bootOrNone()) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.rebuild",
                    "is the boot with which the root disk was last made anew, and spec.boot is smaller",
                    "<= " + spec.bootOrNone(),
                    spec.rebuild(),
                    "leave it out: a new instance has a fresh root disk");
        }
    }

    /**
     * @param boot how many times it was to be started anew before this
     */
    private static void requireNewBoot(int boot, InstanceSpec wanted) {
        if (wanted.rebuildOrNone() != wanted.bootOrNone() || wanted.bootOrNone() <= boot) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.rebuild",
                    "is the boot with which the root disk is made anew, and so is asked together with another boot",
                    String.valueOf(boot + 1),
                    wanted.rebuild(),
                    "set spec.boot and spec.rebuild to %d to have it rebuilt, or leave spec.rebuild out"
                            .formatted(boot + 1));
        }
    }

    private static ImageRow fitting(InstanceRow row, String name) {
        ImageRow image =
                ImageRow.<ImageRow>find("name", name)
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown("spec.image", Kind.IMAGE, name));
        if (image.spec.minDiskGiB() > row.rootDiskGiB) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.image",
                    "image %s needs a root disk of %d GiB, and the instance has one of %d GiB"
                            .formatted(name, image.spec.minDiskGiB(), row.rootDiskGiB),
                    "minDiskGiB <= " + row.rootDiskGiB,
                    name,
                    "choose a smaller image, or create another instance with a larger flavor");
        }
        return image;
    }

    private static void fixed(String field, Object current, Object asked) {
        if (!Objects.equals(current, asked)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_IMMUTABLE,
                    field,
                    "is read at the first start from a fresh root disk",
                    ProblemException.abbreviate(current),
                    asked,
                    "have the instance rebuilt with it, which deletes all that is on its root disk");
        }
    }
}
