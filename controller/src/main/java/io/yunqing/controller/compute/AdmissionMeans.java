package io.yunqing.controller.compute;

import io.yunqing.controller.feed.Journal;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.ledger.Ledger;
import io.yunqing.controller.platform.Idempotency;
import io.yunqing.controller.platform.Plans;
import io.yunqing.controller.platform.Wakeups;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** What a batch works with. */
@Singleton
record AdmissionMeans(
        FleetMirror mirror,
        Ledger ledger,
        Plans plans,
        Idempotency idempotency,
        Journal journal,
        Wakeups wakeups,
        InstantSource clock) {
    Requests requests() {
        return new Requests(ledger.kinds());
    }
}
