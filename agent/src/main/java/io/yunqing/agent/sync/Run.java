package io.yunqing.agent.sync;

import io.yunqing.api.agent.InstanceDesired;
import java.util.List;

/**
 * The steps under way for one instance; replaced, never changed, by what is desired next.
 *
 * <p>Belongs to the mailbox's thread, but for what is final.
 */
final class Run {

    /** As it was desired when the steps began. */
    final InstanceDesired want;

    /** The same with the volumes that are within reach: what the steps are done for. */
    final InstanceDesired target;

    private final List<Step> steps;
    private int at;
    boolean abandoned;

    Run(InstanceDesired want, InstanceDesired target, List<Step> steps) {
        this.want = want;
        this.target = target;
        this.steps = steps;
    }

    Step step() {
        return steps.get(at);
    }

    boolean isLast() {
        return at + 1 == steps.size();
    }

    boolean isBeforeStart() {
        return !isLast() && steps.get(at + 1) == Step.START;
    }

    void advance() {
        at++;
    }
}
