package io.yunqing.controller.ledger;

import io.yunqing.controller.placement.Amounts;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The kinds of resources in the order of their positions: what a place in an array of amounts stands for. */
public final class ResourceKinds {
    /**
     * One kind.
     *
     * @param quota whether owners have limits for it
     */
    public record ResourceKind(String name, String unit, boolean quota) {}

    private final List<ResourceKind> kinds;
    private final List<String> names;
    private final Map<String, String> limited;

    ResourceKinds(List<ResourceKind> kinds) {
        this.kinds = List.copyOf(kinds);
        this.names = kinds.stream().map(ResourceKind::name).toList();
        this.limited =
                kinds.stream()
                        .filter(ResourceKind::quota)
                        .collect(
                                Collectors.toMap(
                                        ResourceKind::name,
                                        ResourceKind::unit,
                                        (one, _) -> one,
                                        TreeMap::new));
    }

    public List<String> names() {
        return names;
    }

    /** The kinds that owners have limits for, by name, with their units. */
    public Map<String, String> limited() {
        return limited;
    }

    boolean quota(int index) {
        return kinds.get(index).quota();
    }

    String name(int index) {
        return kinds.get(index).name();
    }

    /**
     * Amounts by position.
     *
     * @throws IllegalArgumentException if a name is no kind
     */
    public Amounts amounts(Map<String, Long> byName) {
        return Amounts.of(names, byName);
    }

    /** Amounts by name, those of 0 left out. */
    public Map<String, Long> byName(Amounts amounts) {
        Map<String, Long> byName = new TreeMap<>();
        for (int i = 0; i < amounts.length(); i++) {
            if (amounts.at(i) != 0) {
                byName.put(name(i), amounts.at(i));
            }
        }
        return byName;
    }

    int size() {
        return kinds.size();
    }

    /** What an array says at a place; 0 behind its end. */
    static long at(long[] amounts, int index) {
        return index < amounts.length ? amounts[index] : 0;
    }

    /** An array that reaches as far as there are kinds. */
    long[] whole(long[] amounts) {
        return Arrays.copyOf(amounts, Math.max(amounts.length, kinds.size()));
    }
}
