package io.yunqing.controller.backup;

import static io.yunqing.controller.platform.PhaseBook.sql;

import io.yunqing.api.BackupPhase;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.api.agent.BackupState;
import io.yunqing.controller.platform.PhaseBook;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Backups' phases in SQL, as {@link BackupLifecycle} says them of every word there is. */
final class BackupPhaseWords {
    private static final List<Boolean> EITHER = List.of(false, true);

    static final PhaseBook<BackupPhase> BOOK = new PhaseBook<>(BackupPhase.class);

    static {
        for (boolean deleted : EITHER) {
            for (boolean made : EITHER) {
                for (boolean heard : EITHER) {
                    put(deleted, made, null, heard);
                    for (boolean busy : EITHER) {
                        for (boolean failing : EITHER) {
                            put(deleted, made, observed(busy, failing), heard);
                        }
                    }
                }
            }
        }
    }

    private BackupPhaseWords() {}

    /**
     * The word of a backup {@code r} with the observation {@code h} of its host, which may be none.
     *
     * @param heardSince the parameter for the time since which a host must have been heard to be believed
     */
    static String sqlWith(String heardSince) {
        return """
        concat_ws(' ', r.deleted, r.made, r.observed IS NOT NULL, coalesce(r.observed ->> 'step' IS NOT NULL, false),
                  coalesce(cast(r.observed -> 'fault' ->> 'attempts' AS int) >= %d, false), coalesce(h.received_at >= %s, false))\
        """
                .formatted(Fault.ATTEMPTS_BEFORE_FAILED, heardSince);
    }

    private static BackupObserved observed(boolean busy, boolean failing) {
        return new BackupObserved(
                new UUID(0, 1),
                BackupState.ABSENT,
                null,
                busy ? "take" : null,
                null,
                failing ? new Fault(Instant.EPOCH, "", "", Fault.ATTEMPTS_BEFORE_FAILED) : null);
    }

    private static void put(boolean deleted, boolean made, BackupObserved observed, boolean heard) {
        String word =
                String.join(
                        " ",
                        sql(deleted),
                        sql(made),
                        sql(observed != null),
                        sql(observed != null && observed.step() != null),
                        sql(observed != null && observed.fault() != null),
                        sql(heard));
        BOOK.put(word, BackupLifecycle.phase(deleted, made, observed, heard));
    }
}
