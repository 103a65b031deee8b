package io.yunqing.controller.platform;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** The only clock: whoever needs the time injects an {@link InstantSource}. */
final class Clock {
    private Clock() {}

    /** Ticks in microseconds, the precision that PostgreSQL keeps. */
    @Produces
    @ApplicationScoped
    static InstantSource clock() {
        InstantSource system = InstantSource.system();
        return () -> system.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
