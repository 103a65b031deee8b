package io.yunqing.agent.storage;

import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/** Which file is which volume, in whatever pool it is. */
public interface VolumePaths {

    /** The file of a volume. */
    Path volume(UUID id);

    /** Whose file this is, if it is a volume's. */
    Optional<UUID> volumeAt(Path file);
}
