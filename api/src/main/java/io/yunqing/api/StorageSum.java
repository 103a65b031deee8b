package io.yunqing.api;

/**
 * What the pools of some hosts come to, of those hosts only of which that is known now.
 *
 * @param hosts how many hosts are in these numbers
 * @param unknownHosts how many are not, as they are not heard or do not measure
 * @param promisedMiB the sizes of all disks on the hosts that are in
 * @param writtenMiB what these disks really take
 * @param freeMiB what is left
 * @param sizeMiB what there is in all
 */
public record StorageSum(
        int hosts,
        int unknownHosts,
        long promisedMiB,
        long writtenMiB,
        long freeMiB,
        long sizeMiB) {}
