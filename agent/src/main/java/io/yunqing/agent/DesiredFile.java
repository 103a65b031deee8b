package io.yunqing.agent;

import io.yunqing.agent.link.Json;
import io.yunqing.agent.platform.DurableFile;
import io.yunqing.api.agent.HostDesired;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What was last heard from the controller, kept so that a restarted agent knows it when the controller is away. */
final class DesiredFile {

    private static final Logger LOG = Logger.getLogger(DesiredFile.class.getName());

    private final Path file;

    DesiredFile(Path data) {
        this.file = data.resolve("desired.json");
    }

    @Nullable HostDesired read() {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return Json.MAPPER.readValue(Files.readAllBytes(file), HostDesired.class);
        } catch (IOException e) {
            // The controller has it all; without it nothing is desired and so nothing is changed.
            LOG.warning("%s cannot be read and is not used: %s".formatted(file, e.getMessage()));
            return null;
        }
    }

    void write(HostDesired desired) {
        try {
            DurableFile.write(file, Json.MAPPER.writeValueAsBytes(desired));
        } catch (IOException e) {
            LOG.warning(
                    "%s was not written; after a restart the agent waits for the controller: %s"
                            .formatted(file, e.getMessage()));
        }
    }
}
