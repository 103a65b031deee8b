package io.yunqing.agent.link;

import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.VolumeDesired;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a desired state that lacks what its types promise: JSON that is valid but not ours reads as records full of
 * nulls and zeros, and must not be acted on.
 */
final class Wellformed {

    private Wellformed() {}

    @SuppressWarnings("ConstantValue") // What was read may lack fields whatever their types say.
    static void check(HostDesired desired) throws LinkFault {
        if (desired.instances() == null) {
            throw lacking("instances");
        }
        if (desired.revision() < 0) {
            throw lacking("a revision >= 0");
        }
        for (InstanceDesired instance : desired.instances()) {
            String missing = instance == null ? "an instance" : missing(instance);
            if (missing != null) {
                throw lacking(missing + (instance == null ? "" : " of instance " + instance.id()));
            }
        }
        for (OrphanDesired orphan : desired.orphansOrNone()) {
            var key = orphan == null ? null : orphan.orphan();
            if (key == null || key.kind() == null || key.place() == null) {
                throw lacking("kind or place of an orphan");
            }
        }
        for (VolumeDesired volume : desired.volumesOrNone()) {
            String missing = volume == null ? "a volume" : missing(volume);
            if (missing != null) {
                throw lacking(missing + (volume == null ? "" : " of volume " + volume.id()));
            }
        }
    }

    @SuppressWarnings("ConstantValue")
    private static @Nullable String missing(InstanceDesired instance) {
        if (instance.id() == null) {
            return "id";
        }
        if (instance.epoch() < 0) {
            return "an epoch >= 0";
        }
        if (instance.deleted()) {
            return null;
        }
        if (instance.tenant() == null || instance.name() == null) {
            return "tenant or name";
        }
        if (instance.power() == null) {
            return "power";
        }
        var image = instance.image();
        if (image == null || image.url() == null || image.format() == null) {
            return "image";
        }
        if (image.sha256() == null || !image.sha256().matches("[0-9a-f]{64}")) {
            return "image.sha256 of 64 lower-case hex digits";
        }
        var seed = instance.seed();
        if (seed == null || seed.hostname() == null || seed.sshKeys() == null) {
            return "seed";
        }
        var nic = instance.nic();
        if (nic != null && (nic.mac() == null || nic.address() == null || nic.gateway() == null)) {
            return "nic.mac, nic.address or nic.gateway";
        }
        if (instance.vcpus() < 1 || instance.memoryMiB() < 1 || instance.rootDiskGiB() < 1) {
            return "vcpus, memoryMiB or rootDiskGiB above 0";
        }
        var volumes = instance.volumesOrNone();
        if (volumes.stream().anyMatch(Objects::isNull)
                || volumes.stream().distinct().count() < volumes.size()) {
            return "volumes, each once";
        }
        return null;
    }

    @SuppressWarnings("ConstantValue")
    private static @Nullable String missing(VolumeDesired volume) {
        if (volume.id() == null) {
            return "id";
        }
        if (volume.deleted()) {
            return null;
        }
        if (volume.tenant() == null || volume.name() == null) {
            return "tenant or name";
        }
        return volume.sizeGiB() < 1 ? "sizeGiB above 0" : null;
    }

    private static LinkFault lacking(String what) {
        return new LinkFault(LinkFault.Kind.GARBAGE, "the desired state lacks " + what);
    }
}
