package io.yunqing.controller.compute;

import io.yunqing.api.FlavorSpec;
import io.yunqing.controller.compute.Catalog.GroupEntry;
import io.yunqing.controller.compute.Catalog.TenantEntry;
import io.yunqing.controller.ledger.ResourceKinds;
import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.Request;
import io.yunqing.controller.placement.Where;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** What instances take and need of their hosts, in the words of ledger and placement. */
final class Requests {
    private final ResourceKinds kinds;

    Requests(ResourceKinds kinds) {
        this.kinds = kinds;
    }

    /** What the instance takes of its host, by resource. */
    static Map<String, Long> amounts(long vcpus, long memoryMiB, long rootDiskGiB) {
        return Map.of(
                "vcpus", vcpus, "memoryMiB", memoryMiB, "storageGiB", rootDiskGiB, "addresses", 1L);
    }

    Amounts amounts(FlavorSpec flavor) {
        return kinds.amounts(amounts(flavor.vcpus(), flavor.memoryMiB(), flavor.rootDiskGiB()));
    }

    /** What placement looks for. */
    Request of(TenantEntry tenant, Wish wish, GroupBook book) {
        return of(
                tenant.id(), wish.flavor().spec(), wish.asked().spec().zone(), wish.group(), book);
    }

    /**
     * What placement looks for.
     *
     * @param zone where it must be; anywhere when null
     */
    Request of(UUID tenant, FlavorSpec flavor, String zone) {
        return asked(tenant, flavor, zone).build();
    }

    /**
     * What placement looks for.
     *
     * @param zone where it must be; anywhere when null
     * @param group whose member it is to be; of none when null
     * @param book knows the group's members
     */
    Request of(UUID tenant, FlavorSpec flavor, String zone, GroupEntry group, GroupBook book) {
        Request.Builder asked = asked(tenant, flavor, zone);
        if (group != null) {
            book.ask(asked, group);
        }
        return asked.build();
    }

    private Request.Builder asked(UUID tenant, FlavorSpec flavor, String zone) {
        Set<String> traits = flavor.traits() == null ? Set.of() : flavor.traits();
        return Request.of(tenant, amounts(flavor))
                .where(new Where(zone, null, traits, Set.of(), Set.of()))
                .singleNuma(Boolean.TRUE.equals(flavor.singleNuma()));
    }

    /** What several flavors take together. */
    Amounts sum(List<FlavorSpec> flavors) {
        return flavors.stream().map(this::amounts).reduce(Amounts.of(), Amounts::plus);
    }
}
