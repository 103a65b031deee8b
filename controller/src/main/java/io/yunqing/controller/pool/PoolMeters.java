package io.yunqing.controller.pool;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.Pool;
import io.yunqing.api.PoolStatus;
import io.yunqing.controller.platform.Gauges;
import io.yunqing.controller.platform.Gauges.Family;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How full pools are, and how many hosts see them. */
@ApplicationScoped
class PoolMeters {
    private static final Duration REFRESH = Duration.ofSeconds(5);

    private final Transactions transactions;
    private final PoolViews views;

    PoolMeters(Transactions transactions, PoolViews views) {
        this.transactions = transactions;
        this.views = views;
    }

    void start(@Observes StartupEvent event, Gauges gauges) {
        gauges.count("measuring pools", REFRESH, this::count);
    }

    private List<Family> count() {
        Family size = new Family("yunqing_pool_size_bytes", "What a pool has in all", "pool");
        Family free = new Family("yunqing_pool_free_bytes", "What of a pool is free", "pool");
        Family written =
                new Family(
                        "yunqing_pool_written_bytes",
                        "What the volumes of a pool really take",
                        "pool");
        Family promised =
                new Family("yunqing_pool_promised_bytes", "The sizes of a pool's volumes", "pool");
        Family hosts =
                new Family(
                        "yunqing_pool_hosts",
                        "Hosts that are told of a pool, by whether they see it",
                        "pool",
                        "state");
        for (Pool pool : transactions.read(() -> views.of(PoolRow.listAll()))) {
            String name = pool.metadata().name();
            PoolStatus status = pool.status();
            add(size, name, status.sizeMiB());
            add(free, name, status.freeMiB());
            add(written, name, status.writtenMiB());
            add(promised, name, status.promisedMiB());
            hosts.add(List.of(name, "seen"), status.seenBy());
            hosts.add(List.of(name, "unseen"), status.hosts() - status.seenBy());
        }
        return List.of(size, free, written, promised, hosts);
    }

    /** What nobody has measured yet is no number. */
    private static void add(Family family, String pool, @Nullable Long mib) {
        if (mib != null) {
            family.add(List.of(pool), (double) (mib << 20));
        }
    }
}
