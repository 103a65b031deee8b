package io.yunqing.controller.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A host that lacks nothing but room.
 *
 * @param share the largest part of an amount asked for that it cannot give
 * @param thin why it has less storage to promise than by its terms; null when that is not so, or it does not lack any
 */
record Shortage(Host host, double share, List<Lack> lacks, @Nullable String thin) {
    private static final String STORAGE = "storageGiB";

    /** Of one resource. */
    record Lack(String resource, long limit, long used, long asked) {
        long missing() {
            return asked - (limit - used);
        }

        private String state() {
            return used > limit
                    ? "has promised %d of %d %s, %d more than it has"
                            .formatted(used, limit, resource, used - limit)
                    : "has %d of %d %s free".formatted(limit - used, limit, resource);
        }
    }

    /** The one that is nearer to having room: the known one, or the host's. */
    static Shortage lesser(@Nullable Shortage known, FleetView view, int index, Amounts asked) {
        double share = 0;
        for (int r = 0; r < asked.length(); r++) {
            if (asked.at(r) > 0) {
                share = Math.max(share, ((double) asked.at(r) - view.free(index, r)) / asked.at(r));
            }
        }
        return known != null && known.share <= share ? known : of(view, index, asked, share);
    }

    private static Shortage of(FleetView view, int index, Amounts asked, double share) {
        List<Lack> lacks = new ArrayList<>();
        for (int r = 0; r < asked.length(); r++) {
            if (asked.at(r) > Math.max(0, view.free(index, r))) {
                lacks.add(
                        new Lack(
                                view.resourceName(r),
                                view.limit(index, r),
                                view.used(index, r),
                                asked.at(r)));
            }
        }
        boolean storage = lacks.stream().anyMatch(lack -> lack.resource().equals(STORAGE));
        return new Shortage(view.host(index), share, lacks, storage ? view.thin(index) : null);
    }

    /** Such as: host h1 has 3 of 8 vcpus free, 4 are asked for: free 1 vcpus more there, or ask for less. */
    String sentence() {
        return thin == null
                ? ofAmounts()
                : "on host %s, the nearest, %s".formatted(host.name(), thin);
    }

    private String ofAmounts() {
        String asked =
                lacks.stream()
                        .map(lack -> "%d %s".formatted(lack.asked(), lack.resource()))
                        .collect(Collectors.joining(" and "));
        List<Lack> tooLarge = lacks.stream().filter(lack -> lack.asked() > lack.limit()).toList();
        if (!tooLarge.isEmpty()) {
            return "host %s, the nearest, has %s in all, %s are asked for: ask for less, or add a larger host"
                    .formatted(
                            host.name(),
                            tooLarge.stream()
                                    .map(lack -> "%d %s".formatted(lack.limit(), lack.resource()))
                                    .collect(Collectors.joining(" and ")),
                            asked);
        }
        return "host %s %s, %s are asked for: free %s more there, or ask for less"
                .formatted(
                        host.name(),
                        lacks.stream().map(Lack::state).collect(Collectors.joining(" and ")),
                        asked,
                        lacks.stream()
                                .map(lack -> "%d %s".formatted(lack.missing(), lack.resource()))
                                .collect(Collectors.joining(" and ")));
    }
}
