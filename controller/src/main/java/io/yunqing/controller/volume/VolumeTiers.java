package io.yunqing.controller.volume;

import io.yunqing.api.Kind;
import io.yunqing.api.VolumeSpec;
import io.yunqing.controller.platform.Asked;
import io.yunqing.controller.storage.TierRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import org.hibernate.Session;

/**
 * Of which tier a volume is. What it finds stays as it is until the transaction ends, and is locked before an instance is: whoever
 * changes a tier does it in this order.
 */
@ApplicationScoped
class VolumeTiers {
    private final Session em;

    VolumeTiers(Session em) {
        this.em = em;
    }

    /** The tier of a new volume of a tenant, by itself or as a copy; none when null. */
    TierRow of(VolumeRow row, VolumeSpec asked) {
        if (asked.tier() != null) {
            return named(asked.tier());
        }
        return asked.copyOf() == null
                ? null
                : VolumeRow.<VolumeRow>find("tenant = ?1 and name = ?2", row.tenant, asked.copyOf())
                        .firstResultOptional()
                        .map(source -> locked(source.tier))
                        .orElse(null);
    }

    /** The tier that a volume is to be of from now on; none when null. */
    TierRow next(VolumeRow row, VolumeSpec asked) {
        return asked.tier() == null ? locked(row.tier) : named(asked.tier());
    }

    private TierRow named(String name) {
        return locked(
                TierRow.<TierRow>find("name", name)
                        .firstResultOptional()
                        .orElseThrow(() -> Asked.unknown("spec.tier", Kind.TIER, name)));
    }

    private TierRow locked(TierRow tier) {
        if (tier != null) {
            em.refresh(tier, LockModeType.PESSIMISTIC_READ);
        }
        return tier;
    }
}
