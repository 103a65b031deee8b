package io.yunqing.agent;

import io.yunqing.agent.link.Json;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.api.agent.HostDesired;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What was last heard from the controller, kept so that a restarted agent knows it when the controller is away.
 *
 * <p>It names the host that it was said of: a data directory may be enrolled anew as another one, and what the old one
 * should have been is nothing to the new one.
 */
final class DesiredFile {

    private static final Logger LOG = Logger.getLogger(DesiredFile.class.getName());

    private record Kept(@Nullable UUID host, @Nullable HostDesired desired) {}

    private final Path file;
    private final UUID host;

    DesiredFile(Path data, UUID host) {
        this.file = data.resolve("desired.json");
        this.host = host;
    }

    /** What was kept of this host; what is another's is thrown away. */
    @Nullable HostDesired read() {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            @Nullable Kept kept = Json.MAPPER.readValue(Files.readAllBytes(file), Kept.class);
            if (kept != null && host.equals(kept.host)) {
                return kept.desired;
            }
            LOG.warning("%s is not of host %s and is thrown away".formatted(file, host));
            Files.delete(file);
        } catch (IOException e) {
            // The controller has it all; without it nothing is desired and so nothing is changed.
            LOG.warning("%s cannot be read and is not used: %s".formatted(file, e.getMessage()));
        }
        return null;
    }

    void write(HostDesired desired) {
        try {
            DurableFile.write(file, Json.MAPPER.writeValueAsBytes(new Kept(host, desired)));
        } catch (IOException e) {
            LOG.warning(
                    "%s was not written; after a restart the agent waits for the controller: %s"
                            .formatted(file, e.getMessage()));
        }
    }
}
