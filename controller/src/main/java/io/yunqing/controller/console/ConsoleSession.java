package io.yunqing.controller.console;

import java.time.Instant;
import java.util.UUID;

/**
 * Somebody's use of an instance's serial console.
 *
 * @param actor who has it
 * @param revision the instance's, for the history
 */
record ConsoleSession(
        UUID id,
        UUID instance,
        UUID host,
        String tenant,
        String name,
        long revision,
        String actor,
        Instant opened) {}
