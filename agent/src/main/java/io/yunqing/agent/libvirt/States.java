package io.yunqing.agent.libvirt;

import io.yunqing.api.agent.DomainState;
import org.jspecify.annotations.Nullable;
import org.libvirt.StateWithReason;

/** libvirt's numbers for states and their reasons, as the protocol's words. */
final class States {

    private static final String[] RUNNING = {
        null,
        "booted",
        "migrated",
        "restored",
        "from snapshot",
        "unpaused",
        "migration canceled",
        "save canceled",
        "wakeup",
        "crashed",
        "postcopy"
    };
    private static final String[] PAUSED = {
        null,
        "user",
        "migration",
        "save",
        "dump",
        "ioerror",
        "watchdog",
        "from snapshot",
        "shutting down",
        "snapshot",
        "crashed",
        "starting up",
        "postcopy",
        "postcopy failed"
    };
    private static final String[] SHUTOFF = {
        null,
        "shutdown",
        "destroyed",
        "crashed",
        "migrated",
        "saved",
        "failed",
        "from snapshot",
        "daemon"
    };
    private static final int STARTING_UP = 11;

    private States() {}

    static DomainState state(StateWithReason now) {
        return switch (now.state()) {
            case 1, 2 -> DomainState.RUNNING; // 2: blocked on a resource, which only Xen says
            // Between being made and its first instruction a guest is paused; for us it is not on
            // yet.
            case 3 -> now.reason() == STARTING_UP ? DomainState.SHUTOFF : DomainState.PAUSED;
            case 4 -> DomainState.SHUTTING_DOWN;
            case 6 -> DomainState.CRASHED;
            case 7 -> DomainState.PAUSED; // suspended by its own power management
            default -> DomainState.SHUTOFF;
        };
    }

    static @Nullable String reason(StateWithReason now) {
        String[] words =
                switch (now.state()) {
                    case 1 -> RUNNING;
                    case 3 -> PAUSED;
                    case 5 -> SHUTOFF;
                    default -> new String[0];
                };
        return now.reason() < words.length ? words[now.reason()] : null;
    }
}
