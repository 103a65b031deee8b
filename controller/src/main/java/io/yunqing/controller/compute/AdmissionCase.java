package io.yunqing.controller.compute;

import io.yunqing.api.Instance;
import io.yunqing.controller.ledger.Taking;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Decision.NoHost;
import java.util.ArrayList;
import java.util.List;

/** An order and what becomes of it here. Without an outcome it is to be tried again. */
final class AdmissionCase {
    final Order order;
    final List<Chosen> places = new ArrayList<>();
    final List<Taking> takings = new ArrayList<>();

    /** Of the takings, those that the mirror counts. */
    final List<Taking> counted = new ArrayList<>();

    final List<Instance> views = new ArrayList<>();
    Wish homeless;
    NoHost noHost;
    Outcome outcome;

    AdmissionCase(Order order) {
        this.order = order;
    }

    boolean placed() {
        return noHost == null;
    }

    boolean admitted() {
        return outcome instanceof Outcome.Admitted;
    }
}
