package io.yunqing.agent.storage;

import java.util.Optional;
import java.util.UUID;

/** Which disk is which volume, in whatever pool it is. */
public interface VolumePaths {

    /** What a volume is kept in. */
    DiskSource source(UUID id);

    /** Whose this is, if it is a volume's. */
    Optional<UUID> volumeAt(DiskSource source);
}
