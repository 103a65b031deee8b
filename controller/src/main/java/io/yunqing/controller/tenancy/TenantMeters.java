package io.yunqing.controller.tenancy;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.Gauges;
import io.yunqing.controller.platform.Gauges.Family;
import io.yunqing.controller.platform.ResourceUnit;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What tenants and departments may use and use, served from memory and refreshed every few seconds. */
@ApplicationScoped
class TenantMeters {
    private static final Duration REFRESH = Duration.ofSeconds(5);

    private final Ledger ledger;
    private final Sql sql;

    TenantMeters(Ledger ledger, Sql sql) {
        this.ledger = ledger;
        this.sql = sql;
    }

    /**
     * An owner's account, by position.
     *
     * @param tenant null for a department's own account
     */
    @SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
    private record Account(String tenant, String department, long[] granted, long[] used) {
        List<String> labels() {
            return tenant == null ? List.of(department) : List.of(tenant, department);
        }
    }

    void start(@Observes StartupEvent event, Gauges gauges) {
        ledger.kinds();
        gauges.count("measuring tenants", REFRESH, () -> families(accounts()));
    }

    private List<Account> accounts() {
        List<Account> accounts = new ArrayList<>();
        RoundTrip trip =
                new RoundTrip()
                        .read(
                                """
                                SELECT t.name AS tenant, d.name AS department, o.granted, o.used
                                FROM tenant t
                                JOIN application a ON a.id = t.application_id
                                JOIN department d ON d.id = a.department_id
                                JOIN quota_owner o ON o.id = t.id
                                UNION ALL
                                SELECT NULL, d.name, o.granted, o.used
                                FROM department d JOIN quota_owner o ON o.id = d.id
                                """,
                                row ->
                                        accounts.add(
                                                new Account(
                                                        row.getString("tenant"),
                                                        row.getString("department"),
                                                        RoundTrip.numbers(row, "granted"),
                                                        RoundTrip.numbers(row, "used"))));
        return sql.run(connection -> {
            trip.run(connection);
            return accounts;
        });
    }

    private List<Family> families(List<Account> accounts) {
        List<Account> tenants = accounts.stream().filter(one -> one.tenant != null).toList();
        List<Account> departments = accounts.stream().filter(one -> one.tenant == null).toList();
        List<String> kinds = ledger.kinds().names();
        List<Family> all = new ArrayList<>();
        for (ResourceUnit unit : ResourceUnit.values()) {
            if (ledger.kinds().limited().containsKey(unit.resource())) {
                int kind = kinds.indexOf(unit.resource());
                all.addAll(
                        families(unit, kind, tenants, "tenant", List.of("tenant", "department")));
                all.addAll(families(unit, kind, departments, "department", List.of("department")));
            }
        }
        return all;
    }

    private static List<Family> families(
            ResourceUnit unit,
            int kind,
            List<Account> accounts,
            String owner,
            List<String> labels) {
        String[] names = labels.toArray(String[]::new);
        Family limits =
                new Family(
                        unit.metric(owner, "limit"),
                        "What the " + owner + " may use at most, if that is limited",
                        names);
        Family used =
                new Family(
                        unit.metric(owner, "used"),
                        "What the allocations of the " + owner + " add up to",
                        names);
        for (Account account : accounts) {
            long granted = at(account.granted, kind);
            if (granted < Ledger.UNLIMITED) {
                limits.add(account.labels(), unit.inBaseUnit(granted));
            }
            used.add(account.labels(), unit.inBaseUnit(at(account.used, kind)));
        }
        return List.of(limits, used);
    }

    private static long at(long[] amounts, int index) {
        return index < amounts.length ? amounts[index] : 0;
    }
}
