package io.yunqing.controller.compute;

import io.yunqing.api.FlavorSpec;
import io.yunqing.api.ImageSpec;
import io.yunqing.api.Kind;
import io.yunqing.api.PlacementGroupSpec;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.address.Subnet;
import io.yunqing.controller.fleet.ZoneRow;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import io.yunqing.controller.storage.ImageLifecycle;
import io.yunqing.controller.storage.ImageRow;
import io.yunqing.controller.storage.ImageUse;
import io.yunqing.controller.storage.TierRow;
import io.yunqing.controller.tenancy.TenantRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.hibernate.Session;

/**
 * What requests for instances name, remembered. It may be out of date: whoever decides by it compares the revisions with the
 * database's inside the deciding transaction, and on a difference forgets and asks again.
 */
@ApplicationScoped
class Catalog {
    /** A bound, not a size: beyond it everything is read anew. */
    private static final int MOST = 100_000;

    private final Session em;
    private final Transactions transactions;
    private final ImageUse use;
    private final Map<String, TenantEntry> tenants = new ConcurrentHashMap<>();
    private final Map<String, FlavorEntry> flavors = new ConcurrentHashMap<>();
    private final Map<String, ImageEntry> images = new ConcurrentHashMap<>();
    private final Map<String, GroupEntry> groups = new ConcurrentHashMap<>();
    private final Map<String, NetworkEntry> networks = new ConcurrentHashMap<>();
    private final Map<String, UUID> zones = new ConcurrentHashMap<>();

    Catalog(Session em, Transactions transactions, ImageUse use) {
        this.em = em;
        this.transactions = transactions;
        this.use = use;
    }

    /**
     * A tenant.
     *
     * @param department whose application it belongs to
     */
    record TenantEntry(UUID id, long revision, String name, UUID department) {}

    /**
     * A flavor.
     *
     * @param root where root disks are; in their hosts' own pools when null
     */
    record FlavorEntry(UUID id, long revision, String name, FlavorSpec spec, RootTier root) {
        /** The shared pools that hosts of its instances must see. */
        Set<String> pools() {
            return root == null ? Set.of() : Set.of(root.poolName);
        }
    }

    /** Of what root disks are volumes. Neither a flavor's tier changes nor a tier's pool. */
    record RootTier(UUID tier, String name, UUID pool, String poolName) {
        static RootTier of(TierRow tier) {
            return tier == null
                    ? null
                    : new RootTier(tier.id, tier.name, tier.pool.id, tier.pool.name);
        }
    }

    /**
     * An image.
     *
     * @param ready whether hosts can get it
     * @param signed whether a signer vouches for it
     */
    record ImageEntry(
            UUID id, long revision, String name, ImageSpec spec, boolean ready, boolean signed) {}

    /**
     * A placement group.
     *
     * @param reference its name behind its tenant's, as no other group's
     */
    record GroupEntry(UUID id, long revision, String reference, PlacementGroupSpec spec) {
        static String reference(String tenant, String name) {
            return tenant + "/" + name;
        }
    }

    /**
     * A tenant's network.
     *
     * @param subnet what its addresses are given out of
     */
    record NetworkEntry(UUID id, long revision, String name, Subnet subnet) {}

    /**
     * @throws ProblemException if there is none of this name
     */
    TenantEntry tenant(String name) {
        return remembered(
                tenants,
                name,
                () -> {
                    TenantRow row = Instances.tenantRow(name);
                    return new TenantEntry(
                            row.id, row.revision, row.name, row.application.department.id);
                });
    }

    /**
     * @throws ProblemException if there is none of this name
     */
    FlavorEntry flavor(String name) {
        return remembered(
                flavors,
                name,
                () -> {
                    FlavorRow row =
                            FlavorRow.<FlavorRow>find("name", name)
                                    .firstResultOptional()
                                    .orElseThrow(
                                            () -> Asked.unknown("spec.flavor", Kind.FLAVOR, name));
                    return new FlavorEntry(
                            row.id, row.revision, row.name, row.spec, RootTier.of(row.tier));
                });
    }

    /**
     * An image that something new may be made from. Nobody compares a refusal with the database, so none is made from memory.
     *
     * @throws ProblemException if there is none of this name, or it is not for use
     */
    ImageEntry usableImage(String name) {
        ImageEntry known = image(name);
        if (!known.ready() || !use.isUsable(known.spec().stageOrDefault(), known.signed())) {
            images.remove(name);
            known = image(name);
            use.requireUsable(name, known.spec().stageOrDefault(), known.signed());
            ImageLifecycle.requireReady(name, known.ready());
        }
        return known;
    }

    private ImageEntry image(String name) {
        return remembered(
                images,
                name,
                () -> {
                    ImageRow row =
                            ImageRow.<ImageRow>find("name", name)
                                    .firstResultOptional()
                                    .orElseThrow(
                                            () -> Asked.unknown("spec.image", Kind.IMAGE, name));
                    return new ImageEntry(
                            row.id,
                            row.revision,
                            row.name,
                            row.spec,
                            row.isReady(),
                            row.isSigned());
                });
    }

    /**
     * @throws ProblemException if the tenant has none of this name
     */
    GroupEntry group(String tenant, String name) {
        return remembered(
                groups, GroupEntry.reference(tenant, name), () -> read("spec.group", tenant, name));
    }

    /**
     * The same as it is at this moment, for what decides nothing and so would not notice a change.
     *
     * @param field where the request names it
     */
    GroupEntry groupNow(String field, String tenant, String name) {
        return transactions.read(() -> read(field, tenant, name));
    }

    private static GroupEntry read(String field, String tenant, String name) {
        PlacementGroupRow row =
                PlacementGroupRow.<PlacementGroupRow>find(
                                "tenant.name = ?1 and name = ?2", tenant, name)
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown(field, Kind.PLACEMENT_GROUP, name));
        return new GroupEntry(row.id, row.revision, GroupEntry.reference(tenant, name), row.spec);
    }

    /**
     * @throws ProblemException if the tenant has none of this name
     */
    NetworkEntry network(String tenant, String name) {
        return remembered(networks, tenant + "/" + name, () -> readNetwork(tenant, name));
    }

    private NetworkEntry readNetwork(String tenant, String name) {
        Tuple row =
                em.createNativeQuery(
                                """
                                SELECT n.id, n.revision, n.spec ->> 'cidr' AS cidr, n.spec ->> 'gateway' AS gateway
                                FROM network n JOIN tenant t ON t.id = n.tenant_id WHERE t.name = :tenant AND n.name = :name
                                """,
                                Tuple.class)
                        .setParameter("tenant", tenant)
                        .setParameter("name", name)
                        .getResultStream()
                        .findFirst()
                        .orElseThrow(() -> Asked.unknown("spec.network", Kind.NETWORK, name));
        return new NetworkEntry(
                row.get("id", UUID.class),
                row.get("revision", Long.class),
                name,
                Subnet.of(row.get("cidr", String.class), row.get("gateway", String.class)));
    }

    /**
     * @throws ProblemException if there is none of this name
     */
    void requireZone(String name) {
        requireZone("spec.zone", name);
    }

    /**
     * @param field where the request names it
     * @throws ProblemException if there is none of this name
     */
    void requireZone(String field, String name) {
        remembered(
                zones,
                name,
                () ->
                        ZoneRow.<ZoneRow>find("name", name)
                                .firstResultOptional()
                                .orElseThrow(() -> Asked.unknown(field, Kind.ZONE, name))
                                .id);
    }

    /** Lets a zone be read anew: a decision by hosts alone does not notice that it is gone. */
    void forgetZone(String name) {
        zones.remove(name);
    }

    /** Lets all that an order names be read anew. */
    void forget(Order order) {
        tenants.remove(order.tenant().name());
        for (Wish wish : order.wishes()) {
            flavors.remove(wish.flavor().name());
            images.remove(wish.image().name());
            if (wish.group() != null) {
                groups.remove(wish.group().reference());
            }
            if (wish.network() != null) {
                networks.remove(order.tenant().name() + "/" + wish.network().name());
            }
        }
    }

    /**
     * @throws ProblemException if the flavor's root disk cannot hold the image
     */
    static void requireFit(FlavorEntry flavor, ImageEntry image) {
        if (flavor.spec().rootDiskGiB() < image.spec().minDiskGiB()) {
            throw ProblemException.field(
                    ProblemCode.FIELD_INVALID,
                    "spec.flavor",
                    "its root disk is too small for image " + image.name(),
                    "rootDiskGiB >= " + image.spec().minDiskGiB(),
                    flavor.spec().rootDiskGiB(),
                    "choose a flavor with a larger root disk");
        }
    }

    private <E> E remembered(Map<String, E> entries, String name, Supplier<E> reading) {
        E known = entries.get(name);
        if (known == null) {
            known = transactions.read(reading);
            if (entries.size() > MOST) {
                entries.clear();
            }
            entries.put(name, known);
        }
        return known;
    }
}
