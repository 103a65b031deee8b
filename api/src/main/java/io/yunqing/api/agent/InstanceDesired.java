package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.Power;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one instance should be on one host.
 *
 * @param revision the host revision at which this last changed
 * @param epoch grows each time the instance is given a host; an agent refuses an epoch below the one it has seen
 * @param deleted a tombstone: remove the domain, its disk, seed and log, and report {@link DomainState#REMOVED}
 * @param power never PAUSED, a word that an agent may not know
 * @param paused whether it should stand still while its power is RUNNING; an agent that does not know of it lets it run
 * @param boot how many times it was to be started anew; one of fewer boots is shut down and started again
 * @param forcedBoot whether its power is taken away for that instead of asking the guest
 * @param rebuild with which boot its root disk and its seed were last to be made anew: one that is to become of this or a later boot
 *     starts with those of this one
 * @param memoryMiB guest memory in MiB
 * @param rootDiskGiB size of the root disk in GiB; 0 when that is a volume
 * @param restartable whether it may be started on another host once this one's lease is over, and so is ended here by then; absent from
 *     a controller that starts none elsewhere
 * @param root which of its volumes is its root disk; absent when it has one of its own in the host's pool
 * @param reason why it is as it is, kept in the domain's metadata
 * @param volumes what of {@link HostDesired#volumes} is attached to it, by id; absent from a controller that does not know of
 *     volumes: what is attached stays attached then
 * @param limits of its disks: by the id of a volume, or by its own for its root disk. One that is not named has none; absent from a
 *     controller that does not know of limits: they stay as they are then
 * @param machine what it is started with; absent from a controller that does not know of it: it stays as it is then
 * @param turn when it is started among others; absent when it neither waits nor is waited for
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceDesired(
        UUID id,
        String tenant,
        String name,
        long revision,
        long epoch,
        boolean deleted,
        Power power,
        boolean paused,
        int boot,
        boolean forcedBoot,
        int rebuild,
        int vcpus,
        int memoryMiB,
        int rootDiskGiB,
        ImageSource image,
        Seed seed,
        @Nullable Nic nic,
        @Nullable String reason,
        @Nullable List<UUID> volumes,
        @Nullable Map<UUID, IoLimits> limits,
        @Nullable Machine machine,
        @Nullable StartTurn turn,
        @Nullable UUID root,
        boolean restartable) {

    /**
     * That nothing is to be left of an instance on a host.
     *
     * @param epoch of which it is by now, wherever it is
     */
    public static InstanceDesired tombstone(
            UUID id, String tenant, String name, long revision, long epoch) {
        return new InstanceDesired(
                id,
                tenant,
                name,
                revision,
                epoch,
                true,
                Power.OFF,
                false,
                0,
                false,
                0,
                0,
                0,
                0,
                new ImageSource("", "", "", ImageFormat.QCOW2, null),
                new Seed(name, List.of(), null),
                null,
                "another host has it",
                List.of(),
                null,
                null,
                null,
                null,
                false);
    }

    /** The volumes that it has, of which there may be none; its root disk is one of them if that is a volume. */
    public List<UUID> volumesOrNone() {
        return volumes == null ? List.of() : volumes;
    }

    /** Those of one of its disks; {@link IoLimits#NONE} also where nothing is said of any. */
    public IoLimits limitsOf(UUID disk) {
        return limits == null ? IoLimits.NONE : limits.getOrDefault(disk, IoLimits.NONE);
    }

    /** What it is made with where nothing is said of it. */
    public Machine machineOrPlain() {
        return machine == null ? Machine.PLAIN : machine;
    }

    /** The images that its disks stand on. */
    public List<ImageSource> images() {
        var rescue = machineOrPlain().rescue();
        return Stream.of(root == null ? image : null, rescue).filter(Objects::nonNull).toList();
    }

    /** The same with other volumes. */
    public InstanceDesired withVolumes(List<UUID> others) {
        return new InstanceDesired(
                id,
                tenant,
                name,
                revision,
                epoch,
                deleted,
                power,
                paused,
                boot,
                forcedBoot,
                rebuild,
                vcpus,
                memoryMiB,
                rootDiskGiB,
                image,
                seed,
                nic,
                reason,
                others,
                limits,
                machine,
                turn,
                root,
                restartable);
    }

    /**
     * Where the root disk's base comes from; {@code sha256} names it in the host's image cache.
     *
     * @param url where its bytes are; of one that begins with {@link #ON_CONTROLLER}, the agent asks its controller
     * @param minDiskGiB the largest disk that it may describe; absent from a controller that does not say it, and then it is not
     *     looked at
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ImageSource(
            String name,
            String url,
            String sha256,
            ImageFormat format,
            @Nullable Integer minDiskGiB) {

        /** The path by which the controller gives agents the bytes that were uploaded to it, before their sha256. */
        public static final String ON_CONTROLLER = "/agent/v1/images/";
    }

    /** What the guest learns about itself from its NoCloud seed. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Seed(String hostname, List<String> sshKeys, @Nullable String userData) {}

    /**
     * Its one network interface.
     *
     * @param address IPv4 with prefix length
     * @param gateway its default route; none when absent
     * @param vni which of {@link HostDesired#networks} it is attached to; to the host's own bridge when absent
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Nic(
            String mac, String address, @Nullable String gateway, @Nullable Integer vni) {}
}
