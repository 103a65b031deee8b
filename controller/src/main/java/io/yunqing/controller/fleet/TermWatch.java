package io.yunqing.controller.fleet;

import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.Kind;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.ledger.Ledger.InForce;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.Every;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Lets the terms of host classes begin when their time has come, and tells everybody. */
@ApplicationScoped
class TermWatch {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Ledger ledger;
    private final Changes changes;

    TermWatch(Ledger ledger, Changes changes) {
        this.ledger = ledger;
        this.changes = changes;
    }

    void start(@Observes StartupEvent event, Every every) {
        every.run("letting terms of host classes begin", PAUSE, this::look);
    }

    private void look() {
        List<UUID> classes = ledger.settleTerms();
        Map<UUID, InForce> inForce = ledger.inForce(classes);
        for (UUID id : classes) {
            HostClassRow row = HostClassRow.findById(id);
            changes.announce(row.changed(Kind.HOST_CLASS, "term", words(inForce.get(id))));
        }
    }

    private static String words(InForce term) {
        if (!term.any()) {
            return "no term is in force: nothing is kept back, and all is promised once";
        }
        return term.begun() == null
                ? "the term that always held is in force"
                : "the term from " + term.begun() + " is in force";
    }
}
