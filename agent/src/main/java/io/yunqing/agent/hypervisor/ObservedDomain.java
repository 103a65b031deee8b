package io.yunqing.agent.hypervisor;

import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.InstanceSize;
import io.yunqing.api.agent.IoLimits;
import io.yunqing.api.agent.Machine;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A domain as the hypervisor shows it.
 *
 * @param ours whether it carries our metadata with this id; everything else about it may be chance
 * @param epoch from our metadata; 0 if it is not ours
 * @param boot likewise: of how many boots it is
 * @param vcpus what it has while it is on, and what it starts with while it is off
 * @param memoryMiB likewise, in MiB
 * @param volumes which volumes are among its disks: those it has while it is on, and those it starts with while it is off
 * @param reason the hypervisor's reason for the state, such as {@code crashed}
 * @param limits those of its disks, likewise; one that is not named has none. Its root disk has its own id
 * @param machine the {@link Machine#word} of what it was last defined with while it was off; that of the plain one if it is not ours
 * @param room how large it can become while it is on; as large as it is where it was made for no more
 */
public record ObservedDomain(
        UUID id,
        String name,
        boolean ours,
        long epoch,
        int boot,
        int vcpus,
        long memoryMiB,
        Set<UUID> volumes,
        DomainState state,
        @Nullable String reason,
        Map<UUID, IoLimits> limits,
        String machine,
        InstanceSize room) {

    /** Linux takes in memory in pieces of this many MiB. */
    private static final int MEMORY_PIECE_MIB = 128;

    /** What limits are that cannot be desired. */
    public static final IoLimits OTHER_LIMITS = new IoLimits(-1, -1, -1, -1);

    /** Whether it is as large as is desired, of the desired machine, and of no fewer boots. */
    public boolean fits(InstanceDesired want) {
        return vcpus == want.vcpus()
                && memoryMiB == want.memoryMiB()
                && boot >= want.boot()
                && isOf(want.machineOrPlain());
    }

    public InstanceSize size() {
        return new InstanceSize(vcpus, memoryMiB);
    }

    /** Whether it is smaller than is desired and can become so large while it is on. */
    public boolean canGrowTo(InstanceDesired want) {
        long more = want.memoryMiB() - memoryMiB;
        return (want.vcpus() > vcpus || more > 0)
                && want.vcpus() >= vcpus
                && more >= 0
                && want.vcpus() <= room.vcpus()
                && want.memoryMiB() <= room.memoryMiB()
                && more % MEMORY_PIECE_MIB == 0;
    }

    /** Whether this is what it starts with. */
    public boolean isOf(Machine wanted) {
        return machine.equals(wanted.word());
    }

    /** Whether those of its disks that are desired are limited as is desired; it is, where nothing is said of limits. */
    public boolean isLimitedAs(InstanceDesired want) {
        return want.limits() == null
                || Stream.concat(Stream.of(id), volumes.stream())
                        .filter(disk -> disk.equals(id) || want.volumesOrNone().contains(disk))
                        .allMatch(disk ->
                                limits.getOrDefault(disk, IoLimits.NONE)
                                        .equals(want.limitsOf(disk)));
    }

    /** The same in another state. */
    public ObservedDomain withState(DomainState next, @Nullable String why) {
        return new ObservedDomain(
                id, name, ours, epoch, boot, vcpus, memoryMiB, volumes, next, why, limits, machine,
                room);
    }

    /** The same of another epoch. */
    public ObservedDomain withEpoch(long next) {
        return new ObservedDomain(
                id, name, ours, next, boot, vcpus, memoryMiB, volumes, state, reason, limits,
                machine, room);
    }

    /** The same of another size. */
    public ObservedDomain withSize(int nextVcpus, long nextMemoryMiB) {
        return new ObservedDomain(
                id,
                name,
                ours,
                epoch,
                boot,
                nextVcpus,
                nextMemoryMiB,
                volumes,
                state,
                reason,
                limits,
                machine,
                room);
    }

    /** The same with other volumes and limits. */
    public ObservedDomain withDisks(Set<UUID> nextVolumes, Map<UUID, IoLimits> nextLimits) {
        return new ObservedDomain(
                id,
                name,
                ours,
                epoch,
                boot,
                vcpus,
                memoryMiB,
                nextVolumes,
                state,
                reason,
                nextLimits,
                machine,
                room);
    }

    /** Whether it stands still because somebody wished it to, and not because something went wrong. */
    public boolean pausedByWish() {
        return state == DomainState.PAUSED && InstanceObserved.PAUSED_BY_WISH.equals(reason);
    }
}
