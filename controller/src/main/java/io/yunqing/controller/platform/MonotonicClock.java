package io.yunqing.controller.platform;

import jakarta.enterprise.context.ApplicationScoped;

/** Counts time within this process; nobody sets it. */
@ApplicationScoped
public class MonotonicClock {
    /** Of use in differences only. */
    public long nanos() {
        return System.nanoTime();
    }
}
