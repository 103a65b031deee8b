package io.yunqing.controller.placement;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The columns that were asked for lately. */
final class Recent<K, C extends Columns> {
    /** Entries of all columns together, so that large fleets keep fewer of them: some 50 MB. */
    private static final int ENTRIES = 8_000_000;

    private static final int FEWEST = 16;

    private final Function<K, C> make;
    private final LinkedHashMap<K, C> kept =
            new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

    Recent(Function<K, C> make) {
        this.make = make;
    }

    C of(K key, int hosts) {
        C columns = kept.get(key);
        if (columns == null) {
            columns = make.apply(key);
            kept.put(key, columns);
            if (kept.size() > Math.max(FEWEST, ENTRIES / Math.max(1, hosts))) {
                Map.Entry<K, C> eldest = kept.firstEntry();
                kept.remove(eldest.getKey());
            }
        }
        return columns;
    }
}
