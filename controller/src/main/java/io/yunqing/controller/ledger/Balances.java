package io.yunqing.controller.ledger;

import io.yunqing.controller.ledger.Refusal.OverLimit;
import io.yunqing.controller.ledger.Refusal.ProviderFull;
import io.yunqing.controller.placement.Amounts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The rows of owners and providers that a transaction has locked, as numbers: what still fits is decided here, for many
 * takings at once, and nobody can change the answer until the transaction ends. The database's own constraints have the last
 * word all the same.
 */
public final class Balances {
    /** What one row says: how much may be in use, and how much is. */
    private static final class Balance {
        private final long[] most;
        private final long[] used;

        Balance(long[] most, long[] used) {
            this.most = most;
            this.used = used;
        }

        void add(Amounts amounts, int sign) {
            for (int i = 0; i < amounts.length(); i++) {
                used[i] += sign * amounts.at(i);
            }
        }
    }

    private final ResourceKinds kinds;
    private final Map<UUID, Balance> owners = new HashMap<>();
    private final Map<UUID, List<UUID>> paths = new HashMap<>();
    private final Map<UUID, Balance> providers = new HashMap<>();

    Balances(ResourceKinds kinds) {
        this.kinds = kinds;
    }

    void owner(UUID id, List<UUID> path, long[] granted, long[] used) {
        owners.put(id, new Balance(kinds.whole(granted), kinds.whole(used)));
        paths.put(id, path);
    }

    void provider(UUID id, long[] effective, long[] used) {
        providers.put(id, new Balance(kinds.whole(effective), kinds.whole(used)));
    }

    /** Providers that exist no longer are not among them. */
    public Set<UUID> providers() {
        return providers.keySet();
    }

    /** What the provider may promise, by position. */
    public Amounts effective(UUID provider) {
        return Amounts.of(providers.get(provider).most);
    }

    /** What the provider has promised, by position, with what was taken here. */
    public Amounts used(UUID provider) {
        return Amounts.of(providers.get(provider).used);
    }

    /** Counts all of the takings on, or none: then says what refuses the first that does not fit. */
    public Optional<Refusal> take(List<Taking> takings) {
        List<Taking> counted = new ArrayList<>();
        for (Taking taking : takings) {
            Optional<Refusal> refusal = refusal(taking);
            if (refusal.isPresent()) {
                counted.forEach(one -> count(one, -1));
                return refusal;
            }
            count(taking, 1);
            counted.add(taking);
        }
        return Optional.empty();
    }

    /** Counts amounts on a provider that another one has borne until now, whoever pays for them; whether they fit. */
    public boolean carry(UUID provider, Amounts amounts) {
        Balance balance = providers.get(provider);
        if (balance == null) {
            return false;
        }
        for (int i = 0; i < amounts.length(); i++) {
            if (amounts.at(i) > 0 && balance.used[i] + amounts.at(i) > balance.most[i]) {
                return false;
            }
        }
        balance.add(amounts, 1);
        return true;
    }

    /** Takes back what was counted on. */
    public void untake(List<Taking> takings) {
        takings.forEach(taking -> count(taking, -1));
    }

    /** What would refuse the amounts on the owner's account, wherever they might be found. */
    public Optional<OverLimit> overLimit(UUID owner, Amounts amounts) {
        for (UUID payer : paths.get(owner)) {
            Balance balance = owners.get(payer);
            for (int i = 0; i < amounts.length(); i++) {
                if (kinds.quota(i)
                        && amounts.at(i) > 0
                        && balance.used[i] + amounts.at(i) > balance.most[i]) {
                    return Optional.of(
                            new OverLimit(
                                    payer,
                                    kinds.name(i),
                                    balance.most[i],
                                    balance.used[i],
                                    amounts.at(i)));
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Refusal> refusal(Taking taking) {
        return overLimit(taking.owner(), taking.amounts())
                .<Refusal>map(limit -> limit)
                .or(() -> full(taking));
    }

    private Optional<Refusal> full(Taking taking) {
        Balance balance = providers.get(taking.provider());
        if (balance == null) {
            return Optional.of(new ProviderFull(taking.provider(), kinds.name(0), 0, 0, 0));
        }
        for (int i = 0; i < taking.amounts().length(); i++) {
            long asked = taking.amounts().at(i);
            if (asked > 0 && balance.used[i] + asked > balance.most[i]) {
                return Optional.of(
                        new ProviderFull(
                                taking.provider(),
                                kinds.name(i),
                                balance.most[i],
                                balance.used[i],
                                asked));
            }
        }
        return Optional.empty();
    }

    private void count(Taking taking, int sign) {
        paths.get(taking.owner()).forEach(payer -> owners.get(payer).add(taking.amounts(), sign));
        Balance balance = providers.get(taking.provider());
        if (balance != null) {
            balance.add(taking.amounts(), sign);
        }
    }
}
