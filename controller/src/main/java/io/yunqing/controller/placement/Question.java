package io.yunqing.controller.placement;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The part of a request that many share, as a key: everything but its groups, and its owner only where hosts are kept for it.
 * The hash is kept, since it is asked for with each decision.
 */
final class Question {
    final @Nullable UUID owner;
    final Where where;
    final Amounts amounts;
    final boolean singleNuma;
    private final int hash;

    Question(@Nullable UUID owner, Where where, Amounts amounts, boolean singleNuma) {
        this.owner = owner;
        this.where = where;
        this.amounts = amounts;
        this.singleNuma = singleNuma;
        int mixed = owner == null ? 0 : owner.hashCode();
        mixed = 31 * mixed + where.hashCode();
        mixed = 31 * mixed + amounts.hashCode();
        this.hash = 31 * mixed + Boolean.hashCode(singleNuma);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Question that
                && hash == that.hash
                && singleNuma == that.singleNuma
                && amounts.equals(that.amounts)
                && where.equals(that.where)
                && (owner == null ? that.owner == null : owner.equals(that.owner));
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
