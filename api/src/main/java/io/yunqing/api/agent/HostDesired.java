package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET /agent/v1/desired?after=REV&wait=SECONDS}: what changed behind REV, or everything when REV
 * is 0.
 *
 * @param revision what to ask behind next time
 * @param complete whether {@code instances} is all there is for this host. An instance on the host that a complete list
 *     does not name is reported and left alone: only a tombstone ({@link InstanceDesired#deleted}) removes
 * @param volumes likewise, of volumes; absent from a controller that does not know of them, and nothing is said of any then
 * @param copies further volumes, which are not there yet and will be copies of others. They stand by themselves so that an
 *     agent that does not know of copies does not make empty volumes of them
 * @param orphans what is to become of orphans; one that is not named is left alone
 * @param networks all tenants' networks that the host has instances in; absent when nothing of them changed behind REV, and from
 *     a controller that does not know of them
 * @param restores further volumes, which are not there yet and will be made from backups; by themselves as {@code copies} are
 * @param backups those that the host has to do something about; absent from a controller that does not know of them
 * @param consoles the console sessions that began behind REV and have not ended; absent when there are none. They are no part of
 *     what the host should be, and nothing that is kept
 * @param pooled further volumes, which are in pools beside the host's own, of whatever kind; by themselves as {@code copies} are, so
 *     that an agent that does not know of pools does not make them where they do not belong
 * @param departed volumes that are no longer this host's: another one has them. They are forgotten, and nothing is done to them
 * @param pools all pools beside the host's own that volumes may be kept in; absent when nothing of them changed behind REV, and from a
 *     controller that does not know of them
 * @param imaged further volumes, which are not there yet and will be made from images; by themselves as {@code copies} are
 * @param images all images that the host is to do something about beside what instances need; absent when nothing of them changed
 *     behind REV, and from a controller that does not know of them
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostDesired(
        long revision,
        boolean complete,
        List<InstanceDesired> instances,
        @Nullable List<VolumeDesired> volumes,
        @Nullable List<VolumeDesired> copies,
        @Nullable List<OrphanDesired> orphans,
        @Nullable List<NetworkDesired> networks,
        @Nullable List<VolumeDesired> restores,
        @Nullable List<BackupDesired> backups,
        @Nullable List<ConsoleDesired> consoles,
        @Nullable List<VolumeDesired> pooled,
        @Nullable List<UUID> departed,
        @Nullable List<PoolPlace> pools,
        @Nullable List<ImageDesired> images,
        @Nullable List<VolumeDesired> imaged) {

    /**
     * @param all the volumes, also those that are to be made as copies or from backups; null when nothing is said of any
     */
    public static HostDesired of(
            long revision,
            boolean complete,
            List<InstanceDesired> instances,
            @Nullable List<VolumeDesired> all,
            @Nullable List<OrphanDesired> orphans,
            @Nullable List<NetworkDesired> networks) {
        if (all == null) {
            return new HostDesired(
                    revision, complete, instances, null, null, orphans, networks, null, null, null,
                    null, null, null, null, null);
        }
        return new HostDesired(
                revision,
                complete,
                instances,
                those(
                        all,
                        one ->
                                one.pool() == null
                                        && !one.isCopyToMake()
                                        && !one.isBackupToRestore()
                                        && !one.isImageToUnpack()),
                those(all, one -> one.pool() == null && one.isCopyToMake()),
                orphans,
                networks,
                those(all, one -> one.pool() == null && one.isBackupToRestore()),
                null,
                null,
                those(all, one -> one.pool() != null && !one.isImageToUnpack()),
                null,
                null,
                null,
                those(all, VolumeDesired::isImageToUnpack));
    }

    private static List<VolumeDesired> those(
            List<VolumeDesired> all, Predicate<VolumeDesired> which) {
        return all.stream().filter(which).toList();
    }

    /** The same, and what is to be done about backups; nothing is said of any when null. */
    public HostDesired withBackups(@Nullable List<BackupDesired> wishes) {
        return new HostDesired(
                revision, complete, instances, volumes, copies, orphans, networks, restores, wishes,
                consoles, pooled, departed, pools, images, imaged);
    }

    /** The same, and what is to be done about images; nothing is said of any when null. */
    public HostDesired withImages(@Nullable List<ImageDesired> wishes) {
        return new HostDesired(
                revision, complete, instances, volumes, copies, orphans, networks, restores,
                backups, consoles, pooled, departed, pools, wishes, imaged);
    }

    /** The same, with these console sessions. */
    public HostDesired withConsoles(List<ConsoleDesired> sessions) {
        return new HostDesired(
                revision,
                complete,
                instances,
                volumes,
                copies,
                orphans,
                networks,
                restores,
                backups,
                sessions.isEmpty() ? null : sessions,
                pooled,
                departed,
                pools,
                images,
                imaged);
    }

    /**
     * The same, with these pools, and without these volumes.
     *
     * @param gone those that are another host's now
     * @param all all pools; null when nothing of them changed
     */
    public HostDesired withPools(List<UUID> gone, @Nullable List<PoolPlace> all) {
        return new HostDesired(
                revision,
                complete,
                instances,
                volumes,
                copies,
                orphans,
                networks,
                restores,
                backups,
                consoles,
                pooled,
                gone.isEmpty() ? null : gone,
                all,
                images,
                imaged);
    }

    /** The volumes, of whatever kind and pool; there may be none. */
    public List<VolumeDesired> volumesOrNone() {
        return Stream.of(volumes, copies, restores, pooled, imaged)
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .toList();
    }

    /** The backups to do something about, of which there may be none. */
    public List<BackupDesired> backupsOrNone() {
        return backups == null ? List.of() : backups;
    }

    /** Whether it names nothing at all. */
    public boolean namesNothing() {
        return instances.isEmpty()
                && volumesOrNone().isEmpty()
                && orphansOrNone().isEmpty()
                && backupsOrNone().isEmpty()
                && networks == null
                && pools == null
                && departedOrNone().isEmpty()
                && images == null
                && consolesOrNone().isEmpty();
    }

    /** The orphans, of which there may be none. */
    public List<OrphanDesired> orphansOrNone() {
        return orphans == null ? List.of() : orphans;
    }

    /** The console sessions, of which there may be none. */
    public List<ConsoleDesired> consolesOrNone() {
        return consoles == null ? List.of() : consoles;
    }

    /** The volumes that are another host's now, of which there may be none. */
    public List<UUID> departedOrNone() {
        return departed == null ? List.of() : departed;
    }
}
