package io.yunqing.agent.hypervisor;

import java.util.UUID;

/**
 * A volume as storage shows it.
 *
 * @param sizeGiB as its guest sees it, in full GiB
 */
public record ObservedVolume(UUID id, long sizeGiB) {}
