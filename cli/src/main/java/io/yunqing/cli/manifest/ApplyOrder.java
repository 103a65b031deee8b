package io.yunqing.cli.manifest;

import io.yunqing.api.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The order in which references hold: what is named by others comes before them, else as written. */
public final class ApplyOrder {
    private static final List<Kind> ORDER =
            List.of(
                    Kind.DEPARTMENT,
                    Kind.ZONE,
                    Kind.FLAVOR,
                    Kind.SIGNER,
                    Kind.IMAGE,
                    Kind.APPLICATION,
                    Kind.TENANT,
                    Kind.HOST_CLASS,
                    Kind.HOST,
                    Kind.REPOSITORY,
                    Kind.POOL,
                    Kind.TIER,
                    Kind.PLACEMENT_GROUP,
                    Kind.NETWORK,
                    Kind.INSTANCE,
                    Kind.VOLUME,
                    Kind.BACKUP);

    private ApplyOrder() {}

    /** Sorts manifests; adds a complaint for each that appears twice and for departments above themselves. */
    public static List<Manifest> of(List<Manifest> manifests, List<String> complaints) {
        Map<String, Manifest> byKey = new LinkedHashMap<>();
        for (Manifest one : manifests) {
            Manifest earlier = byKey.putIfAbsent(one.key(), one);
            if (earlier != null) {
                complaints.add(
                        one.place()
                                + ": "
                                + one.key()
                                + " stands at "
                                + earlier.place()
                                + " already");
            }
        }
        List<Manifest> sorted = new ArrayList<>(byKey.values());
        sorted.sort(Comparator.comparingInt(one -> ORDER.indexOf(one.noun().kind())));
        Set<Manifest> placed = new LinkedHashSet<>();
        for (Manifest one : sorted) {
            place(one, byKey, placed, new LinkedHashSet<>(), complaints);
        }
        return List.copyOf(placed);
    }

    private static void place(
            Manifest one,
            Map<String, Manifest> byKey,
            Set<Manifest> placed,
            Set<Manifest> below,
            List<String> complaints) {
        if (placed.contains(one)) {
            return;
        }
        if (!below.add(one)) {
            complaints.add(
                    one.place() + ": spec.parent: department " + one.name() + " is above itself");
            return;
        }
        if (one.noun().kind() == Kind.DEPARTMENT) {
            Manifest parent = byKey.get("department/" + one.text("spec.parent"));
            if (parent != null) {
                place(parent, byKey, placed, below, complaints);
            }
        }
        placed.add(one);
    }
}
