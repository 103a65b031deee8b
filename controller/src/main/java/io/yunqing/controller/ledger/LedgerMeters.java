package io.yunqing.controller.ledger;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Whether the books are right, as a number that must be 0; and grants that begin and end by the clock. */
@ApplicationScoped
class LedgerMeters {
    private final Ledger ledger;
    private final Transactions transactions;
    private final MeterRegistry registry;
    private final AtomicInteger differences = new AtomicInteger();

    LedgerMeters(Ledger ledger, Transactions transactions, MeterRegistry registry) {
        this.transactions = transactions;
        this.ledger = ledger;
        this.registry = registry;
    }

    void start(@Observes StartupEvent event, Every every) {
        Gauge.builder("yunqing.ledger.differences", differences, AtomicInteger::get)
                .description(
                        "Sums of the ledger that differ from what its allocations add up to; must be 0")
                .register(registry);
        every.run("letting grants begin and end", Duration.ofSeconds(1), ledger::settleGrants);
        every.rarely(
                "auditing the ledger",
                Duration.ofMinutes(1),
                () -> differences.set(transactions.read(ledger::doctor).size()));
    }
}
