package io.yunqing.controller.fleet;

import java.time.Instant;
import java.util.UUID;

/**
 * A host's report was taken: a CDI event, fired after what it says is committed, on the thread that answers the agent. Its
 * observers return at once.
 *
 * @param complete whether the host sees its own domains
 * @param unknownDomains how many of them Yunqing did not make
 * @param orphans how many things that belong to nothing in the books it has; null when it cannot tell
 */
public record HostHeard(
        UUID host, Instant receivedAt, boolean complete, int unknownDomains, Integer orphans) {}
