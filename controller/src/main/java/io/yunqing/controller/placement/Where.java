package io.yunqing.controller.placement;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts will do, by what seldom changes about them.
 *
 * @param zone the only zone; any when null
 * @param rack the only rack; any when null
 * @param required traits that the host must have
 * @param forbidden traits that it must not have
 * @param pools storage pools that it must reach, by name
 * @param networked whether tenants' networks must reach it
 */
public record Where(
        @Nullable String zone,
        @Nullable String rack,
        Set<String> required,
        Set<String> forbidden,
        Set<String> pools,
        boolean networked) {

    public static final Where ANY = new Where(null, null, Set.of(), Set.of(), Set.of(), false);

    public Where {
        required = Set.copyOf(required);
        forbidden = Set.copyOf(forbidden);
        pools = Set.copyOf(pools);
    }

    public static Where zone(@Nullable String zone) {
        return zone == null ? ANY : new Where(zone, null, Set.of(), Set.of(), Set.of(), false);
    }
}
