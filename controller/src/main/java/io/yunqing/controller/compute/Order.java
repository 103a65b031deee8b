package io.yunqing.controller.compute;

import io.yunqing.api.Instance;
import io.yunqing.api.InstanceSet;
import io.yunqing.api.Volume;
import io.yunqing.controller.compute.Catalog.TenantEntry;
import io.yunqing.controller.compute.Wish.NewVolume;
import io.yunqing.controller.platform.Idempotency;
import io.yunqing.controller.platform.Transactions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A request for instances that are admitted together or not at all. It waits in a queue until a batch claims it; until then
 * whoever asked can withdraw it.
 */
final class Order {
    private final TenantEntry tenant;
    private final List<Wish> wishes;
    private final Terms terms;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final AtomicBoolean settled = new AtomicBoolean();

    /** How often it found no place that held until it was written down. */
    private int rounds;

    /** How many looks at the whole fleet had begun when it began to wait. */
    private final long looksBefore;

    Order(TenantEntry tenant, List<Wish> wishes, Terms terms, long looksBefore) {
        this.tenant = tenant;
        this.wishes = List.copyOf(wishes);
        this.terms = terms;
        this.looksBefore = looksBefore;
    }

    /**
     * How it is asked for.
     *
     * @param actor who asks
     * @param reason why, in the actor's words; may be null
     * @param set whether as a set, and so answered as one
     * @param planOnly whether only the plan is wanted
     * @param digest of the plan that it must be; any when null
     * @param claim the idempotency key; none when null
     */
    record Terms(
            String actor,
            String reason,
            boolean set,
            boolean planOnly,
            String digest,
            Idempotency.Claim claim) {}

    TenantEntry tenant() {
        return tenant;
    }

    List<Wish> wishes() {
        return wishes;
    }

    /** All volumes that come with the instances. */
    Stream<NewVolume> volumes() {
        return wishes.stream().flatMap(wish -> wish.volumes().stream());
    }

    /** How many instances it is for. */
    int size() {
        return wishes.size();
    }

    Terms terms() {
        return terms;
    }

    /** The answer that it gets when it is admitted. */
    Object answer(List<Instance> instances, List<Volume> volumes) {
        return terms.set ? new InstanceSet.Made(instances, volumes) : instances.getFirst();
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    long looksBefore() {
        return looksBefore;
    }

    /** Counts a round; returns how many there were. */
    int nextRound() {
        return ++rounds;
    }

    /** Takes it out of the asker's hands; false if it was withdrawn, or claimed in an earlier round and settled. */
    boolean claim() {
        return rounds > 0 || settled.compareAndSet(false, true);
    }

    /**
     * Nobody waits for the answer any more: it is not admitted, and whoever waits all the same is told; unless a batch has
     * claimed it already.
     */
    boolean withdraw() {
        boolean inTime = settled.compareAndSet(false, true);
        if (inTime) {
            outcome.completeExceptionally(Transactions.busy("the request was given up"));
        }
        return inTime;
    }
}
