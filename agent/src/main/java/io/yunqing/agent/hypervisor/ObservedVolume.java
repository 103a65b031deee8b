package io.yunqing.agent.hypervisor;

import io.yunqing.api.agent.WipeObserved;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A volume as storage shows it.
 *
 * @param sizeGiB as its guest sees it, in full GiB
 * @param restore of which restore its content is
 * @param wipe how far it is overwritten; absent when that was not begun
 */
public record ObservedVolume(UUID id, long sizeGiB, int restore, @Nullable WipeObserved wipe) {}
