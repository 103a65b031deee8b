package io.yunqing.agent.hypervisor;

import java.util.UUID;

/**
 * A volume that becomes what another is.
 *
 * @param id which becomes it
 * @param source which it is a copy of
 * @param restore of which restore it is then; what it holds of an earlier one is replaced
 */
public record VolumeCopy(UUID id, UUID source, int restore) {}
