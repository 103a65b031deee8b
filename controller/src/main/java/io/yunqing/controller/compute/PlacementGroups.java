package io.yunqing.controller.compute;

import io.yunqing.api.Condition;
import io.yunqing.api.GroupPolicy;
import io.yunqing.api.Kind;
import io.yunqing.api.PlacementGroup;
import io.yunqing.api.PlacementGroupSpec;
import io.yunqing.api.PlacementGroupStatus;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.SimpleNoun;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** The rules of placement groups. */
@ApplicationScoped
class PlacementGroups {
    private final Session em;

    PlacementGroups(Session em) {
        this.em = em;
    }

    /** The groups of one tenant, or of all when {@code tenant} is null; names are found in one tenant only. */
    SimpleNoun<PlacementGroupRow, PlacementGroup> of(String tenant) {
        return new InTenant(tenant);
    }

    /** How many members a group has, and on how many of the places that its scope speaks of. */
    private record Standing(int members, int domains) {
        static final Standing EMPTY = new Standing(0, 0);

        /** What members do that a strict policy forbids; null when they keep it, or it is a wish. */
        String against(PlacementGroupSpec spec) {
            boolean broken =
                    switch (spec.policy()) {
                        case TOGETHER -> domains > 1;
                        case APART -> domains < members;
                        case SPREAD -> false;
                    };
            return broken && spec.binding()
                    ? "%d members stand on %d %s, against the policy %s"
                            .formatted(
                                    members,
                                    domains,
                                    spec.scope().name().toLowerCase(Locale.ROOT)
                                            + (domains == 1 ? "" : "s"),
                                    spec.policy())
                    : null;
        }

        List<Condition> conditions(PlacementGroupSpec spec) {
            String broken = against(spec);
            return broken == null
                    ? List.of()
                    : List.of(
                            new Condition(
                                    "PolicyBroken",
                                    broken
                                            + "; new members keep it. Delete members and create them anew, or make the group soft",
                                    null));
        }
    }

    private Map<UUID, Standing> standings(Collection<PlacementGroupRow> rows) {
        Map<UUID, Standing> standings = new HashMap<>();
        List<Tuple> found =
                em.createNativeQuery(
                                """
                                SELECT g.id, count(*) AS members, count(DISTINCT CASE g.spec ->> 'scope'
                                    WHEN 'HOST' THEN cast(h.id AS text)
                                    WHEN 'RACK' THEN concat(h.zone_id, '/', h.spec ->> 'rack')
                                    ELSE cast(h.zone_id AS text) END) AS domains
                                FROM placement_group g
                                JOIN instance i ON i.group_id = g.id JOIN host h ON h.id = i.host_id
                                WHERE g.id = ANY (:ids) GROUP BY 1
                                """,
                                Tuple.class)
                        .setParameter("ids", rows.stream().map(row -> row.id).toArray(UUID[]::new))
                        .getResultList();
        found.forEach(row ->
                standings.put(
                        row.get("id", UUID.class),
                        new Standing(
                                row.get("members", Long.class).intValue(),
                                row.get("domains", Long.class).intValue())));
        return standings;
    }

    private Standing standing(PlacementGroupRow row) {
        return standings(List.of(row)).getOrDefault(row.id, Standing.EMPTY);
    }

    /** One tenant's groups as a noun. */
    private final class InTenant implements SimpleNoun<PlacementGroupRow, PlacementGroup> {
        private final String tenant;

        InTenant(String tenant) {
            this.tenant = tenant;
        }

        @Override
        public Kind kind() {
            return Kind.PLACEMENT_GROUP;
        }

        @Override
        public String scope() {
            return tenant;
        }

        @Override
        public Class<PlacementGroupRow> rowClass() {
            return PlacementGroupRow.class;
        }

        @Override
        public Optional<PlacementGroupRow> find(String name) {
            return PlacementGroupRow.find(
                            "tenant = ?1 and name = ?2", Instances.tenantRow(tenant), name)
                    .firstResultOptional();
        }

        @Override
        public List<PlacementGroup> views(List<PlacementGroupRow> rows) {
            Map<UUID, Standing> standings = standings(rows);
            return rows.stream()
                    .map(row -> {
                        Standing standing = standings.getOrDefault(row.id, Standing.EMPTY);
                        return new PlacementGroup(
                                kind(),
                                row.metadata(),
                                row.spec,
                                new PlacementGroupStatus(
                                        standing.members,
                                        standing.domains,
                                        standing.conditions(row.spec)));
                    })
                    .toList();
        }

        @Override
        public void create(PlacementGroupRow row, PlacementGroup asked) {
            requireSense(asked);
            row.tenant = Instances.tenantRow(tenant);
            row.spec = asked.spec();
        }

        @Override
        public void update(PlacementGroupRow row, PlacementGroup asked) {
            requireSense(asked);
            PlacementGroupSpec spec = asked.spec();
            Standing standing = standing(row);
            if (standing.members > 0) {
                requireSame("spec.policy", row.spec.policy(), spec.policy(), standing);
                requireSame("spec.scope", row.spec.scope(), spec.scope(), standing);
            }
            String broken = standing.against(spec);
            if (broken != null && !row.spec.binding()) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        "spec.strict",
                        broken,
                        "false",
                        true,
                        "leave the group soft, or delete members that stand against it");
            }
            row.spec = spec;
        }

        @Override
        public boolean delete(PlacementGroupRow row) {
            int members = standing(row).members;
            if (members > 0) {
                throw ProblemException.of(
                        ProblemCode.REFERENCE_IN_USE,
                        "placement group %s still has %d %s"
                                .formatted(row.name, members, members == 1 ? "member" : "members"),
                        "delete these instances first, and wait until they are gone; list them with GET /v1/tenants/%s/instances?group=%s"
                                .formatted(tenant, row.name));
            }
            return true;
        }

        private void requireSense(PlacementGroup asked) {
            Instances.requireSameTenant(tenant, asked.metadata());
            if (asked.spec().policy() == GroupPolicy.SPREAD
                    && Boolean.TRUE.equals(asked.spec().strict())) {
                throw ProblemException.field(
                        ProblemCode.FIELD_INVALID,
                        "spec.strict",
                        "SPREAD is a wish and cannot be strict",
                        "false",
                        true,
                        "leave it out, or ask for policy APART");
            }
        }

        private static void requireSame(
                String field, Object current, Object asked, Standing standing) {
            if (!current.equals(asked)) {
                throw ProblemException.field(
                        ProblemCode.FIELD_IMMUTABLE,
                        field,
                        "cannot be changed while the group has members, which are %d"
                                .formatted(standing.members),
                        current.toString(),
                        asked,
                        "create another group, or delete the members first");
            }
        }
    }
}
