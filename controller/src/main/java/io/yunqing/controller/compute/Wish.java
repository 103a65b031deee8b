package io.yunqing.controller.compute;

import io.yunqing.api.Address;
import io.yunqing.api.Instance;
import io.yunqing.api.InstanceStatus;
import io.yunqing.api.Kind;
import io.yunqing.api.Metadata;
import io.yunqing.api.OnHostLoss;
import io.yunqing.api.Phase;
import io.yunqing.api.Volume;
import io.yunqing.api.VolumePhase;
import io.yunqing.api.VolumeSpec;
import io.yunqing.api.VolumeStatus;
import io.yunqing.api.agent.VolumeDesired;
import io.yunqing.controller.compute.Catalog.FlavorEntry;
import io.yunqing.controller.compute.Catalog.GroupEntry;
import io.yunqing.controller.compute.Catalog.ImageEntry;
import io.yunqing.controller.compute.Catalog.NetworkEntry;
import io.yunqing.controller.compute.Catalog.RootTier;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Host;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * An instance that is asked for, with the volumes that are to be attached to it.
 *
 * @param id which it will have
 * @param asked as it was sent
 * @param group which it will belong to; none when null
 * @param network which it will be attached to; its host's own when null
 * @param volumes those that come with it, its root disk among them if that is one
 */
record Wish(
        UUID id,
        Instance asked,
        FlavorEntry flavor,
        ImageEntry image,
        GroupEntry group,
        NetworkEntry network,
        List<NewVolume> volumes) {
    /**
     * A volume that is asked for.
     *
     * @param id which it will have
     * @param root of what tier it is as the instance's root disk; null when it is none, and then it is in its host's own pool
     */
    record NewVolume(UUID id, String name, int sizeGiB, RootTier root) {
        boolean isLocal() {
            return root == null;
        }

        /** Which provider gives the room for it. */
        UUID provider(Host host) {
            return root == null ? host.id() : root.pool();
        }
    }

    /** Whether it may be started on another host when its own is lost. */
    boolean isRestartable() {
        OnHostLoss said = asked.spec().onHostLoss();
        return said == null ? flavor.root() != null : said == OnHostLoss.RESTART;
    }

    boolean networked() {
        return network != null;
    }

    String name() {
        return asked.metadata().name();
    }

    /**
     * The instance as it is once it is admitted.
     *
     * @param allocated what it takes, by resource
     */
    Instance placed(
            String tenant,
            Chosen place,
            Address address,
            Map<String, Long> allocated,
            Instant now) {
        return new Instance(
                Kind.INSTANCE,
                new Metadata(name(), tenant, id, 1L, now, asked.metadata().labels()),
                asked.spec(),
                new InstanceStatus(
                        Phase.SCHEDULED,
                        place.host().name(),
                        place.host().location().zone(),
                        List.of(address),
                        allocated,
                        null,
                        place.explanation().render(),
                        null,
                        List.of(),
                        volumes.isEmpty() ? null : volumes.stream().map(NewVolume::name).toList()));
    }

    /** Its volumes as they are once it is admitted. */
    List<Volume> volumesPlaced(String tenant, Host host, Instant now) {
        return volumes.stream()
                .map(volume ->
                        new Volume(
                                Kind.VOLUME,
                                new Metadata(
                                        volume.name,
                                        tenant,
                                        volume.id,
                                        1L,
                                        now,
                                        asked.metadata().labels()),
                                new VolumeSpec(
                                        volume.sizeGiB,
                                        name(),
                                        null,
                                        null,
                                        null,
                                        null,
                                        null,
                                        volume.root == null ? null : volume.root.name()),
                                new VolumeStatus(
                                        VolumePhase.SCHEDULED,
                                        host.name(),
                                        host.location().zone(),
                                        volume.root == null ? null : volume.root.poolName(),
                                        volume.isLocal() ? null : true,
                                        VolumeDesired.serial(volume.id),
                                        Requests.storage(volume.sizeGiB),
                                        null,
                                        null,
                                        List.of())))
                .toList();
    }
}
