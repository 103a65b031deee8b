package io.yunqing.agent.sync;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.Backoff;
import io.yunqing.api.BackupProgress;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.BackupDesired;
import io.yunqing.api.agent.BackupObserved;
import io.yunqing.api.agent.BackupState;
import io.yunqing.api.agent.BackupTaken;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes the backups that are desired and removes those that are not: finds each in its repository, or takes it and stores it there.
 *
 * <p>How far one is, is known for as long as the agent runs; another start begins with looking, and what was done is not done again. Belongs to the
 * mailbox's thread, as {@link HostReconciler}.
 */
final class BackupKeeper {

    private static final Logger LOG = Logger.getLogger(BackupKeeper.class.getName());

    /** How often it is told how far a copy is. */
    private static final Duration TELL = Duration.ofSeconds(2);

    /** How far a backup is, and what is done for it. */
    private static final class Course {
        private Attempts attempts = Attempts.NONE;
        private @Nullable BackupStep next = BackupStep.FIND;
        private @Nullable BackupTaken taken;
        private boolean erased;
        private volatile @Nullable BackupProgress progress;
    }

    private final Hypervisor hypervisor;
    private final VolumeKeeper volumes;
    private final Lanes lanes;
    private final Executor mailbox;
    private final Failures failures;
    private final Map<UUID, Course> courses = new HashMap<>();

    BackupKeeper(
            Hypervisor hypervisor,
            VolumeKeeper volumes,
            Lanes lanes,
            Executor mailbox,
            InstantSource clock,
            Backoff backoff) {
        this.hypervisor = hypervisor;
        this.volumes = volumes;
        this.lanes = lanes;
        this.mailbox = mailbox;
        this.failures = new Failures(clock, backoff);
    }

    /** Something else is desired of it now. */
    void retarget(UUID id) {
        var course = courses.get(id);
        if (course != null) {
            course.attempts = course.attempts.retargeted();
        }
    }

    void keepOnly(Predicate<UUID> named) {
        courses.entrySet()
                .removeIf(one -> !named.test(one.getKey()) && !one.getValue().attempts.busy());
    }

    /**
     * Does what there is to do for it; returns when to ask again if nothing happens before.
     *
     * @param uses what domains have to do with a volume
     */
    @Nullable Instant pursue(BackupDesired want, Function<UUID, VolumeUse> uses, Instant now) {
        var course = courses.computeIfAbsent(want.id(), id -> new Course());
        if (course.attempts.busy()) {
            return now.plus(TELL);
        }
        var step = step(want, course);
        if (step == null || (step == BackupStep.TAKE && !isStill(want.volume(), uses))) {
            return null;
        }
        if (now.isBefore(course.attempts.notBefore())) {
            return course.attempts.notBefore();
        }
        begin(step, want, course, now);
        return now.plus(TELL);
    }

    private static @Nullable BackupStep step(BackupDesired want, Course course) {
        return want.deleted() ? course.erased ? null : BackupStep.ERASE : course.next;
    }

    /** Whether nobody gets the volume, loses it or changes it at this moment. */
    private boolean isStill(UUID volume, Function<UUID, VolumeUse> uses) {
        return volumes.isSeen(volume)
                && !volumes.isChanging(volume)
                && uses.apply(volume) != VolumeUse.CHANGING;
    }

    private void begin(BackupStep step, BackupDesired want, Course course, Instant now) {
        LOG.info(() -> what(want) + ": " + step.word());
        course.attempts = course.attempts.begin(step.word(), now);
        course.progress = null;
        if (step == BackupStep.TAKE) {
            volumes.reserve(want.volume());
        }
        var _ =
                lanes.submit(
                                step.lane(),
                                step.word() + " of " + what(want),
                                () -> perform(step, want, course))
                        .whenComplete((taken, failure) ->
                                mailbox.execute(
                                        () -> performed(step, want, course, taken, failure)));
    }

    /** What the backup is, once it is in its repository. */
    private @Nullable BackupTaken perform(BackupStep step, BackupDesired want, Course course)
            throws HypervisorFault {
        return switch (step) {
            case FIND -> hypervisor.findBackup(want).orElse(null);
            case TAKE -> {
                hypervisor.takeBackup(want, done -> course.progress = done);
                yield null;
            }
            case STORE -> hypervisor.storeBackup(want, done -> course.progress = done);
            case ERASE -> {
                hypervisor.eraseBackup(want);
                yield null;
            }
        };
    }

    private void performed(
            BackupStep step,
            BackupDesired want,
            Course course,
            @Nullable BackupTaken taken,
            @Nullable Throwable failure) {
        course.progress = null;
        if (step == BackupStep.TAKE) {
            volumes.release(want.volume());
        }
        if (failure != null) {
            course.attempts = failures.after(course.attempts, what(want), step.word(), failure);
            // What was seen before may be why.
            course.next = BackupStep.FIND;
            return;
        }
        course.attempts = course.attempts.done(step.word());
        course.taken = taken;
        course.erased = step == BackupStep.ERASE;
        course.next = taken != null ? null : after(step);
        if (course.next == null) {
            course.attempts = Attempts.NONE;
        }
    }

    private static @Nullable BackupStep after(BackupStep step) {
        return switch (step) {
            case FIND -> BackupStep.TAKE;
            case TAKE -> BackupStep.STORE;
            case STORE, ERASE -> null;
        };
    }

    /** Whether this is the end of what is desired of it. */
    boolean isDone(BackupDesired want, BackupState told) {
        return told != BackupState.ABSENT && told == state(want);
    }

    /** What is to be reported of it. */
    BackupObserved observed(BackupDesired want, Instant now) {
        var course = courses.getOrDefault(want.id(), new Course());
        return new BackupObserved(
                want.id(),
                state(want),
                want.deleted() ? null : course.taken,
                course.attempts.step(),
                course.progress,
                faultOf(course.attempts, now));
    }

    private BackupState state(BackupDesired want) {
        var course = courses.get(want.id());
        if (course == null || course.attempts.busy()) {
            return BackupState.ABSENT;
        }
        if (want.deleted()) {
            return course.erased ? BackupState.REMOVED : BackupState.ABSENT;
        }
        return course.taken == null ? BackupState.ABSENT : BackupState.PRESENT;
    }

    /** A copy takes as long as there is to copy. */
    private static @Nullable Fault faultOf(Attempts made, Instant now) {
        boolean copying =
                BackupStep.TAKE.word().equals(made.step())
                        || BackupStep.STORE.word().equals(made.step());
        return copying ? made.fault() : made.faultAt(now);
    }

    private static String what(BackupDesired want) {
        return "backup %s/%s (%s)".formatted(want.tenant(), want.name(), want.id());
    }
}
