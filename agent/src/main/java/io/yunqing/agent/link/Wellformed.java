package io.yunqing.agent.link;

import io.yunqing.api.NetworkRule;
import io.yunqing.api.PoolSpec;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.ConsoleDesired;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.ImageDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.OrphanDesired;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.api.agent.RepositoryPlace;
import io.yunqing.api.agent.VolumeDesired;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a desired state that lacks what its types promise: JSON that is valid but not ours reads as records full of
 * nulls and zeros, and must not be acted on.
 */
final class Wellformed {

    private static final String IPV4 = "\\d{1,3}(\\.\\d{1,3}){3}";
    private static final String CIDR = IPV4 + "/\\d{1,2}";

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
        for (NetworkDesired network :
                desired.networks() == null ? List.<NetworkDesired>of() : desired.networks()) {
            String missing = network == null ? "a network" : missing(network);
            if (missing != null) {
                throw lacking(missing + (network == null ? "" : " of network " + network.vni()));
            }
        }
        for (BackupDesired backup : desired.backupsOrNone()) {
            String missing = backup == null ? "a backup" : missing(backup);
            if (missing != null) {
                throw lacking(missing + (backup == null ? "" : " of backup " + backup.id()));
            }
        }
        for (ImageDesired image :
                desired.images() == null ? List.<ImageDesired>of() : desired.images()) {
            if (image == null || !isImage(image.source())) {
                throw lacking("the digest, format or url of an image");
            }
        }
        for (ConsoleDesired console : desired.consolesOrNone()) {
            if (console == null
                    || console.session() == null
                    || console.instance() == null
                    || !(console.controller() == null
                            || matches(console.controller(), "https?://[A-Za-z0-9._:\\[\\]-]+"))) {
                throw lacking("session, instance or a controller's URI of a console session");
            }
        }
        if (desired.departedOrNone().stream().anyMatch(Objects::isNull)) {
            throw lacking("an id of a volume that is another host's");
        }
        if (desired.pools() != null && !desired.pools().stream().allMatch(Wellformed::isPool)) {
            throw lacking("id, name or url of a pool");
        }
        for (VolumeDesired volume : desired.volumesOrNone()) {
            String missing = volume == null ? "a volume" : missing(volume);
            if (missing != null) {
                throw lacking(missing + (volume == null ? "" : " of volume " + volume.id()));
            }
        }
    }

    @SuppressWarnings("ConstantValue")
    private static @Nullable String missing(BackupDesired backup) {
        if (backup.id() == null || backup.volume() == null) {
            return "id or volume";
        }
        if (backup.tenant() == null || backup.name() == null) {
            return "tenant or name";
        }
        if (backup.base() != null && backup.base().id() == null) {
            return "base.id";
        }
        return isPlace(backup.repository()) ? null : "repository";
    }

    @SuppressWarnings("ConstantValue")
    private static boolean isPlace(RepositoryPlace place) {
        return place != null
                && place.id() != null
                && place.name() != null
                && matches(place.url(), "file:///.+")
                && (place.bucket() == null || isBucket(place.bucket()));
    }

    @SuppressWarnings("ConstantValue")
    private static boolean isBucket(RepositoryPlace.Bucket bucket) {
        return matches(bucket.endpoint(), "https?://[A-Za-z0-9.-]+(:\\d{1,5})?")
                && bucket.name() != null
                && bucket.region() != null;
    }

    @SuppressWarnings("ConstantValue")
    private static boolean isWhole(BackupSource source) {
        return isPlace(source.repository())
                && source.volume() != null
                && source.chain() != null
                && !source.chain().isEmpty()
                && source.chain().stream()
                        .allMatch(part ->
                                part != null
                                        && part.id() != null
                                        && matches(part.sha256(), "[0-9a-f]{64}"));
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
        if (!isImage(instance.image())) {
            return "image with url, format and a sha256 of 64 lower-case hex digits";
        }
        var seed = instance.seed();
        if (seed == null || seed.hostname() == null || seed.sshKeys() == null) {
            return "seed";
        }
        var nic = instance.nic();
        if (nic != null && (nic.mac() == null || nic.address() == null)) {
            return "nic.mac or nic.address";
        }
        if (nic != null && nic.vni() == null && nic.gateway() == null) {
            return "nic.gateway or nic.vni";
        }
        if (instance.vcpus() < 1 || instance.memoryMiB() < 1) {
            return "vcpus or memoryMiB above 0";
        }
        if (instance.root() == null
                ? instance.rootDiskGiB() < 1
                : !instance.volumesOrNone().contains(instance.root())) {
            return "rootDiskGiB above 0, or a root among its volumes";
        }
        var volumes = instance.volumesOrNone();
        if (volumes.stream().anyMatch(Objects::isNull)
                || volumes.stream().distinct().count() < volumes.size()) {
            return "volumes, each once";
        }
        if (instance.limits() != null
                && !instance.limits().values().stream().allMatch(Wellformed::isLimit)) {
            return "limits >= 0";
        }
        return null;
    }

    @SuppressWarnings("ConstantValue")
    private static boolean isImage(@Nullable ImageSource image) {
        return image != null
                && image.url() != null
                && image.format() != null
                && matches(image.sha256(), "[0-9a-f]{64}");
    }

    @SuppressWarnings("ConstantValue")
    private static boolean isLimit(IoLimits limits) {
        return limits != null
                && limits.readIops() >= 0
                && limits.writeIops() >= 0
                && limits.readBytes() >= 0
                && limits.writeBytes() >= 0;
    }

    @SuppressWarnings("ConstantValue")
    private static @Nullable String missing(VolumeDesired volume) {
        if (volume.id() == null) {
            return "id";
        }
        if (volume.pool() != null && !isPool(volume.pool())) {
            return "id, name or url of the pool";
        }
        if (volume.deleted()) {
            return null;
        }
        if (volume.tenant() == null || volume.name() == null) {
            return "tenant or name";
        }
        if (volume.backup() != null && !isWhole(volume.backup())) {
            return "repository, volume or chain of the backup";
        }
        if (volume.image() != null && !isImage(volume.image())) {
            return "url, format or sha256 of the image";
        }
        return volume.sizeGiB() < 1 ? "sizeGiB above 0" : null;
    }

    @SuppressWarnings("ConstantValue")
    private static boolean isPool(@Nullable PoolPlace pool) {
        return pool != null
                && pool.id() != null
                && pool.name() != null
                && matches(pool.url(), PoolSpec.URL);
    }

    /** Its words become commands, so each must be what it is said to be. */
    @SuppressWarnings("ConstantValue")
    private static @Nullable String missing(NetworkDesired network) {
        if (network.vni() < NetworkDesired.FIRST_VNI || network.vni() > NetworkDesired.LAST_VNI) {
            return "a vni from %d to %d"
                    .formatted(NetworkDesired.FIRST_VNI, NetworkDesired.LAST_VNI);
        }
        if (!matches(network.cidr(), CIDR)) {
            return "cidr";
        }
        if (network.peers() == null || !network.peers().stream().allMatch(p -> matches(p, IPV4))) {
            return "peers, each an IPv4 address";
        }
        if (network.rules() == null || !network.rules().stream().allMatch(Wellformed::isRule)) {
            return "rules";
        }
        if (network.ports() == null || !network.ports().stream().allMatch(Wellformed::isPort)) {
            return "ports";
        }
        return null;
    }

    @SuppressWarnings("ConstantValue")
    private static boolean isRule(NetworkRule rule) {
        return rule != null
                && rule.protocol() != null
                && (rule.ports() == null || matches(rule.ports(), "\\d{1,5}(-\\d{1,5})?"))
                && (rule.source() == null || matches(rule.source(), CIDR));
    }

    @SuppressWarnings("ConstantValue")
    private static boolean isPort(NetworkDesired.Port port) {
        return port != null
                && port.instance() != null
                && matches(port.mac(), "([0-9a-f]{2}:){5}[0-9a-f]{2}")
                && matches(port.address(), IPV4);
    }

    private static boolean matches(@Nullable String text, String pattern) {
        return text != null && text.matches(pattern);
    }

    private static LinkFault lacking(String what) {
        return new LinkFault(LinkFault.Kind.GARBAGE, "the desired state lacks " + what);
    }
}
