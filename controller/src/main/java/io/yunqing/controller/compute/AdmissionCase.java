package io.yunqing.controller.compute;

import io.yunqing.api.Instance;
import io.yunqing.api.Volume;
import io.yunqing.controller.ledger.Taking;
import io.yunqing.controller.placement.Amounts;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Decision.NoHost;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** An order and what becomes of it here. Without an outcome it is to be tried again. */
final class AdmissionCase {
    final Order order;
    final List<Chosen> places = new ArrayList<>();
    final List<Taking> takings = new ArrayList<>();

    /** What the mirror counts on each of the first places. */
    final List<Amounts> counted = new ArrayList<>();

    final List<Instance> views = new ArrayList<>();
    final List<Volume> volumes = new ArrayList<>();
    Wish homeless;
    NoHost noHost;
    Outcome outcome;

    AdmissionCase(Order order) {
        this.order = order;
    }

    /** Where the instance with this number is to be. */
    UUID host(int number) {
        return places.get(number).host().id();
    }

    /** What it is answered once it is admitted. */
    Object answer() {
        return order.answer(views, volumes);
    }

    boolean placed() {
        return noHost == null;
    }

    boolean admitted() {
        return outcome instanceof Outcome.Admitted;
    }
}
