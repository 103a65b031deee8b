package io.yunqing.agent.hypervisor;

import io.yunqing.api.BackupProgress;
import io.yunqing.api.HostInventory;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupSource;
import io.yunqing.api.agent.BackupTaken;
import io.yunqing.api.agent.ImageDesired;
import io.yunqing.api.agent.ImageObserved;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceUse;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.OrphanKey;
import io.yunqing.api.agent.PoolPlace;
import java.nio.channels.ByteChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The seam to a hypervisor, in terms of instances, volumes and networks.
 *
 * <p>Every step may be repeated: it looks first and leaves alone what is already so. A call returns when its effect is
 * there, or fails with a {@link HypervisorFault}; it never answers from memory what it cannot see.
 */
public interface Hypervisor extends AutoCloseable {

    /** What the hypervisor says unasked, from a thread of its own; a listener returns at once. */
    interface Listener {

        /** Something happened to this domain, or to one that went by this id. */
        void changed(UUID domain);

        /** Nothing can be seen from now on. */
        void lost(String reason);

        /** Everything can be seen, and should be looked at again. */
        void found();
    }

    void listen(Listener listener);

    /** What the host has; touches storage. */
    HostInventory inventory() throws HypervisorFault;

    /** All domains of the host. A list that is not complete is a fault, not a shorter list. */
    List<ObservedDomain> domains() throws HypervisorFault;

    /** One domain; empty is proof that it is not there. */
    Optional<ObservedDomain> domain(UUID id) throws HypervisorFault;

    /** Whether the image was on the host when last looked at; answers from memory, touches nothing. */
    boolean holds(InstanceDesired.ImageSource image);

    /** Brings the image to the host. May take long; touches storage only. */
    void fetch(InstanceDesired.ImageSource image) throws HypervisorFault;

    /** Removes an image if nothing stands on it; whether it is not here any more. Touches storage only. */
    boolean removeImage(InstanceDesired.ImageSource image) throws HypervisorFault;

    /** What was wished of an image was done as far as it can be, and {@link #images} says so. */
    void answered(ImageDesired wish);

    /** What is known of images; answers from memory, touches nothing. */
    List<ImageObserved> images();

    /**
     * Makes disk, seed and console log from fetched images, the disk unless it is a volume; touches storage only. Disk and seed of a domain that is off are made
     * anew, once, if they are of an earlier rebuild than is desired, and what was on them is gone. So is the disk that it is rescued
     * with, each time.
     */
    void prepare(InstanceDesired instance) throws HypervisorFault;

    /**
     * Makes the domain exist and carry the desired epoch; one that is off becomes as large as is desired, has the desired
     * volumes, and is of the desired machine and boot.
     */
    void define(InstanceDesired instance) throws HypervisorFault;

    void start(UUID id) throws HypervisorFault;

    /** As {@link #start}, but the guest stands still from its first instruction on, as if paused by wish. */
    void startPaused(UUID id) throws HypervisorFault;

    /** Asks the guest by ACPI; returns when it was asked. */
    void shutdown(UUID id) throws HypervisorFault;

    /** Lets the domain stand still if it runs. */
    void pause(UUID id) throws HypervisorFault;

    /** Lets the domain go on if it stands still. */
    void resume(UUID id) throws HypervisorFault;

    /** Takes the power away. */
    void powerOff(UUID id) throws HypervisorFault;

    /** Makes the powered-off domain not exist. */
    void undefine(UUID id) throws HypervisorFault;

    /** Deletes disk, seed and console log of an instance without a domain; touches storage only. */
    void erase(UUID id) throws HypervisorFault;

    /**
     * Gives the domain the desired volumes and takes all others from it, and gives its disks the desired limits, also while it is on;
     * leaves its other disks alone.
     * A guest that does not let go of one is a fault.
     */
    void attachVolumes(InstanceDesired instance) throws HypervisorFault;

    /** Gives a domain that is on the processors and the memory that it lacks; never takes any. */
    void enlarge(InstanceDesired instance) throws HypervisorFault;

    /**
     * Says where volumes are that are not in the host's own pool; what is done to a volume is done there. Touches nothing.
     *
     * @param places of all such volumes, by their ids
     */
    void place(Map<UUID, PoolPlace> places);

    /**
     * Brings a pool beside the host's own to the host, if it is not there, and looks at it; touches storage.
     *
     * @param known which of its volumes to look for: others in it may be other hosts'
     */
    ObservedPool pool(PoolPlace pool, Set<UUID> known) throws HypervisorFault;

    /** Lets go of what was brought to the host of other pools beside its own than these; leaves alone what is in them. */
    void keepPools(Set<UUID> ids) throws HypervisorFault;

    /** All volumes in the host's own pool; touches storage only. A list that is not complete is a fault, not a shorter list. */
    List<ObservedVolume> volumes() throws HypervisorFault;

    /** Makes an empty volume where there is none; touches storage only. */
    void makeVolume(UUID id, int sizeGiB) throws HypervisorFault;

    /** Makes a volume that begins with what is in a fetched image, where there is none; touches storage only. */
    void unpackVolume(UUID id, int sizeGiB, InstanceDesired.ImageSource image)
            throws HypervisorFault;

    /**
     * Makes volumes what others are at one moment, the same for all; those that a guest has are copied as if its power had been
     * cut then. What is there is replaced if it is of an earlier restore; no domain has it.
     *
     * @param moment by which they are asked for together, each time the same
     * @param copies of different volumes
     */
    void copyVolumes(UUID moment, List<VolumeCopy> copies) throws HypervisorFault;

    /** Makes the volume at least as large, under the eyes of a guest that has it; never makes it smaller. */
    void growVolume(UUID id, int sizeGiB) throws HypervisorFault;

    /**
     * Overwrites with zeros what a volume that no domain has takes up, once, and keeps the evidence with it; touches storage only. It
     * is no volume any more from then on, and all that can be done is to erase it. May take long.
     */
    void wipeVolume(UUID id) throws HypervisorFault;

    /** Deletes a volume that no domain has, and what is on it; touches storage only. */
    void eraseVolume(UUID id) throws HypervisorFault;

    /** Makes a volume from a backup where there is none, or nothing if the backup is not what it was; touches storage only. */
    void restoreVolume(UUID id, int sizeGiB, BackupSource source) throws HypervisorFault;

    /** What the backup is, if it is in its repository; touches the repository only. */
    Optional<BackupTaken> findBackup(BackupDesired backup) throws HypervisorFault;

    /**
     * Copies what is on the volume at one moment to a place of the host's own, once; what a guest has as if its power had been cut
     * then. Only what has changed since the base, if that is known for certain.
     *
     * @param progress is told now and then how far it is
     */
    void takeBackup(BackupDesired backup, Consumer<BackupProgress> progress) throws HypervisorFault;

    /** Brings what was taken to the repository, and forgets it here. */
    BackupTaken storeBackup(BackupDesired backup, Consumer<BackupProgress> progress)
            throws HypervisorFault;

    /** Removes all of a backup, here and from the repository, whoever took it. */
    void eraseBackup(BackupDesired backup) throws HypervisorFault;

    /**
     * Makes the host's ends of tenants' networks these and no others; touches the host's network only, and there only what an
     * agent made.
     */
    void makeNetworks(List<NetworkDesired> networks) throws HypervisorFault;

    /**
     * What is in the pool of things other than these, and everything that was put aside; touches storage only. A list that is
     * not complete is a fault, not a shorter list.
     *
     * @param known whose files and volumes are none
     */
    List<ObservedOrphan> orphans(Set<UUID> known) throws HypervisorFault;

    /**
     * Puts an orphan aside, whole: a domain loses its power and its definition, which is kept; files are moved. A domain of
     * which libvirt keeps more than that is refused.
     */
    void quarantine(OrphanKey orphan) throws HypervisorFault;

    /** Puts what was put aside back to where it was; a domain is off then. What has taken its place is not touched. */
    void release(OrphanKey orphan) throws HypervisorFault;

    /** Deletes what was put aside, for good; touches storage only. */
    void purge(OrphanKey orphan) throws HypervisorFault;

    /** What each domain that is on has used since it was started; a domain that is being changed may say less. */
    List<InstanceUse> uses() throws HypervisorFault;

    /** Whether there are guests with consoles, and with uses that are worth being sent. */
    default boolean hasGuests() {
        return true;
    }

    /** The end of the serial console's log, if more was written than {@code seen} bytes; touches storage only. */
    Optional<ConsoleTail> console(UUID id, long seen) throws HypervisorFault;

    /**
     * The serial console of a guest that is on, to be read and written by one at a time, beside its log. Reading ends when the guest
     * goes off; whoever closes it ends its own waiting in it. A guest waits for a reader that is slow.
     */
    ByteChannel openConsole(UUID id) throws HypervisorFault;

    @Override
    void close();
}
