package io.yunqing.controller.tenancy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.Usage;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.Every;
import io.yunqing.controller.platform.ResourceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What tenants may use and do, served from memory and refreshed every few seconds. */
@ApplicationScoped
class TenantMeters {
    private static final Duration REFRESH = Duration.ofSeconds(5);

    private final Ledger ledger;
    private final Map<ResourceUnit, MultiGauge> limits = new EnumMap<>(ResourceUnit.class);
    private final Map<ResourceUnit, MultiGauge> used = new EnumMap<>(ResourceUnit.class);

    TenantMeters(Ledger ledger, MeterRegistry registry) {
        this.ledger = ledger;
        for (ResourceUnit unit : ResourceUnit.values()) {
            String name = "yunqing.tenant." + unit.stem();
            limits.put(
                    unit,
                    MultiGauge.builder(name + ".limit")
                            .baseUnit(unit.baseUnit())
                            .description("What the tenant may use at most")
                            .register(registry));
            used.put(
                    unit,
                    MultiGauge.builder(name + ".used")
                            .baseUnit(unit.baseUnit())
                            .description("What the tenant's allocations add up to")
                            .register(registry));
        }
    }

    void start(@Observes StartupEvent event, Every every) {
        every.run("measuring tenants", REFRESH, this::refresh);
    }

    private void refresh() {
        List<TenantRow> tenants = TenantRow.listAll();
        Map<UUID, Map<String, Usage>> usages =
                ledger.limits(tenants.stream().map(row -> row.id).toList());
        for (ResourceUnit unit : ResourceUnit.values()) {
            List<Row<?>> limitRows = new ArrayList<>();
            List<Row<?>> usedRows = new ArrayList<>();
            for (TenantRow tenant : tenants) {
                Usage usage = usages.get(tenant.id).get(unit.resource());
                if (usage != null) {
                    Tags tags =
                            Tags.of(
                                    "tenant",
                                    tenant.name,
                                    "department",
                                    tenant.application.department.name);
                    limitRows.add(Row.of(tags, unit.inBaseUnit(usage.limit())));
                    usedRows.add(Row.of(tags, unit.inBaseUnit(usage.used())));
                }
            }
            limits.get(unit).register(limitRows, true);
            used.get(unit).register(usedRows, true);
        }
    }
}
