package io.yunqing.controller.volume;

import static io.yunqing.controller.platform.PhaseBook.sql;

import io.yunqing.api.Fault;
import io.yunqing.api.VolumePhase;
import io.yunqing.api.agent.VolumeObserved;
import io.yunqing.api.agent.VolumeState;
import io.yunqing.controller.platform.PhaseBook;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Volumes' phases in SQL, as {@link VolumeLifecycle} says them of every word there is. */
final class VolumePhaseWords {
    private static final List<Boolean> EITHER = List.of(false, true);
    private static final UUID INSTANCE = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);

    /** As large, and of as many restores, as any volume of which words are made should be. */
    private static final int WANTED = 1;

    static final PhaseBook<VolumePhase> BOOK = new PhaseBook<>(VolumePhase.class);

    static {
        for (boolean deleted : EITHER) {
            for (boolean attached : EITHER) {
                for (boolean copying : EITHER) {
                    for (boolean seen : EITHER) {
                        Wish wish = new Wish(deleted, attached, copying);
                        put(wish, null, seen);
                        for (VolumeState state : VolumeState.values()) {
                            for (Holder holder : Holder.values()) {
                                putObserved(wish, state, holder, seen);
                            }
                        }
                    }
                }
            }
        }
    }

    private VolumePhaseWords() {}

    private record Wish(boolean deleted, boolean attached, boolean copying) {
        UUID instance() {
            return attached ? INSTANCE : null;
        }
    }

    /** Who has a volume. */
    private enum Holder {
        NOBODY,
        ITS_OWN,
        OTHER;

        static Holder of(UUID holder, UUID wanted) {
            if (holder == null) {
                return NOBODY;
            }
            return holder.equals(wanted) ? ITS_OWN : OTHER;
        }

        UUID instance() {
            return switch (this) {
                case NOBODY -> null;
                case ITS_OWN -> INSTANCE;
                case OTHER -> VolumePhaseWords.OTHER;
            };
        }
    }

    /**
     * The word of a volume {@code r} with its observation {@code o} and its host's {@code h}.
     *
     * @param heardSince the parameter for the time since which a host must have been heard to be believed
     */
    static String sqlWith(String heardSince) {
        return """
        concat_ws(' ', r.deleted, r.instance_id IS NOT NULL, coalesce(r.source_id, r.backup_id) IS NOT NULL, coalesce(o.state, 'NONE'),
                  CASE WHEN o.instance_id IS NULL THEN 'NOBODY' WHEN o.instance_id = r.instance_id THEN 'ITS_OWN' ELSE 'OTHER' END,
                  coalesce(o.size_gib < r.size_gib, false), coalesce(o.restore < r.restore, false),
                  coalesce(cast(o.fault ->> 'attempts' AS int) >= %d, false),
                  coalesce(%s AND h.received_at >= %s, false))\
        """
                .formatted(Fault.ATTEMPTS_BEFORE_FAILED, VolumeObservationStore.SEEN, heardSince);
    }

    private static void putObserved(Wish wish, VolumeState state, Holder holder, boolean seen) {
        for (boolean small : EITHER) {
            for (boolean outdated : EITHER) {
                for (boolean failing : EITHER) {
                    put(
                            wish,
                            new VolumeObserved(
                                    INSTANCE,
                                    state,
                                    small ? WANTED - 1 : WANTED,
                                    holder.instance(),
                                    outdated ? WANTED - 1 : WANTED,
                                    null,
                                    failing
                                            ? new Fault(
                                                    Instant.EPOCH,
                                                    "",
                                                    "",
                                                    Fault.ATTEMPTS_BEFORE_FAILED)
                                            : null,
                                    null),
                            seen);
                }
            }
        }
    }

    private static void put(Wish wish, VolumeObserved observed, boolean seen) {
        boolean none = observed == null;
        Holder holder = none ? Holder.NOBODY : Holder.of(observed.instance(), wish.instance());
        String word =
                String.join(
                        " ",
                        sql(wish.deleted),
                        sql(wish.attached),
                        sql(wish.copying),
                        none ? "NONE" : observed.state().name(),
                        holder.name(),
                        sql(!none && observed.sizeGiB() < WANTED),
                        sql(!none && observed.restore() < WANTED),
                        sql(!none && observed.fault() != null),
                        sql(seen));
        BOOK.put(
                word,
                VolumeLifecycle.phase(
                        wish.deleted,
                        WANTED,
                        wish.instance(),
                        wish.copying,
                        WANTED,
                        observed,
                        seen));
    }
}
