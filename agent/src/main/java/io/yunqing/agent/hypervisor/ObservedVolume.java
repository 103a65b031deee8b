package io.yunqing.agent.hypervisor;

import java.util.UUID;

/**
 * A volume as storage shows it.
 *
 * @param sizeGiB as its guest sees it, in full GiB
 * @param restore of which restore its content is
 */
public record ObservedVolume(UUID id, long sizeGiB, int restore) {}
