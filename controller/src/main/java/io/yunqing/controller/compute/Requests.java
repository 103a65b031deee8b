package io.yunqing.controller.compute;

import io.yunqing.api.FlavorSpec;
import io.yunqing.controller.compute.Catalog.GroupEntry;
import io.yunqing.controller.compute.Catalog.TenantEntry;
import io.yunqing.controller.compute.Wish.NewVolume;
import io.yunqing.controller.ledger.ResourceKinds;
import io.yunqing.controller.ledger.Taking;
import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.placement.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;

/** What instances take and need of their hosts, in the words of ledger and placement. */
public final class Requests {
    private final ResourceKinds kinds;

    Requests(ResourceKinds kinds) {
        this.kinds = kinds;
    }

    /** What a volume takes of its host, by resource. */
    public static Map<String, Long> storage(long sizeGiB) {
        return Map.of("storageGiB", sizeGiB);
    }

    /**
     * What the instance takes of its host, by resource.
     *
     * @param localDiskGiB the size of its root disk; 0 when that is a volume
     * @param networked whether its address comes out of a network, and not out of the host's subnet
     */
    static Map<String, Long> amounts(
            long vcpus, long memoryMiB, long localDiskGiB, boolean networked) {
        Map<String, Long> amounts = new TreeMap<>();
        amounts.put("vcpus", vcpus);
        amounts.put("memoryMiB", memoryMiB);
        if (localDiskGiB > 0) {
            amounts.put("storageGiB", localDiskGiB);
        }
        if (!networked) {
            amounts.put("addresses", 1L);
        }
        return amounts;
    }

    /**
     * What an instance of the flavor takes of its host.
     *
     * @param networked whether its address comes out of a network
     */
    Amounts amounts(FlavorSpec flavor, boolean networked) {
        return kinds.amounts(
                amounts(flavor.vcpus(), flavor.memoryMiB(), flavor.localDiskGiB(), networked));
    }

    /** What placement looks for. */
    Request of(TenantEntry tenant, Wish wish, GroupBook book) {
        return grouped(
                asked(
                        tenant.id(),
                        onHost(wish),
                        wish.flavor().spec(),
                        wish.asked().spec().zone(),
                        wish.flavor().pools(),
                        wish.networked()),
                wish.group(),
                book);
    }

    /**
     * What placement looks for.
     *
     * @param zone where it must be; anywhere when null
     * @param pools the shared pools that its host must see
     */
    Request of(UUID tenant, FlavorSpec flavor, String zone, Set<String> pools) {
        return asked(tenant, amounts(flavor, false), flavor, zone, pools, false).build();
    }

    /**
     * What placement looks for.
     *
     * @param zone where it must be; anywhere when null
     * @param pools the shared pools that its host must see
     * @param networked whether it is to be in a network
     * @param group whose member it is to be; of none when null
     * @param book knows the group's members
     */
    Request of(
            UUID tenant,
            FlavorSpec flavor,
            String zone,
            Set<String> pools,
            boolean networked,
            GroupEntry group,
            GroupBook book) {
        return grouped(
                asked(tenant, amounts(flavor, networked), flavor, zone, pools, networked),
                group,
                book);
    }

    private static Request grouped(Request.Builder asked, GroupEntry group, GroupBook book) {
        if (group != null) {
            book.ask(asked, group);
        }
        return asked.build();
    }

    private static Request.Builder asked(
            UUID tenant,
            Amounts amounts,
            FlavorSpec flavor,
            String zone,
            Set<String> pools,
            boolean networked) {
        Set<String> traits = flavor.traits() == null ? Set.of() : flavor.traits();
        return Request.of(tenant, amounts)
                .where(new Where(zone, null, traits, Set.of(), pools, networked))
                .singleNuma(Boolean.TRUE.equals(flavor.singleNuma()));
    }

    /** What an instance and its volumes take together. */
    Amounts amounts(Wish wish) {
        return with(wish, _ -> true);
    }

    /** What of that they take of their host. */
    Amounts onHost(Wish wish) {
        return with(wish, NewVolume::isLocal);
    }

    private Amounts with(Wish wish, Predicate<NewVolume> which) {
        Amounts own = own(wish);
        long volumes = wish.volumes().stream().filter(which).mapToLong(NewVolume::sizeGiB).sum();
        return volumes == 0 ? own : own.plus(kinds.amounts(storage(volumes)));
    }

    /** What an instance takes, without its volumes. */
    Amounts own(Wish wish) {
        return amounts(wish.flavor().spec(), wish.networked());
    }

    /** What several instances and their volumes take together. */
    Amounts sum(List<Wish> wishes) {
        return wishes.stream().map(this::amounts).reduce(Amounts.of(), Amounts::plus);
    }

    /** What an instance and each of its volumes take, of their host or of the pool that a volume is in. */
    List<Taking> takings(TenantEntry tenant, Wish wish, Host host) {
        List<Taking> takings = new ArrayList<>(1 + wish.volumes().size());
        takings.add(new Taking(wish.id(), tenant.id(), host.id(), own(wish)));
        for (NewVolume volume : wish.volumes()) {
            Amounts amounts = kinds.amounts(storage(volume.sizeGiB()));
            takings.add(new Taking(volume.id(), tenant.id(), volume.provider(host), amounts));
        }
        return takings;
    }
}
