package io.yunqing.api;

import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * That one host look whether an image is good.
 *
 * @param zone in which that host is; any when absent
 */
public record ImageCheckRequest(@Nullable @Size(max = 63) String zone) {}
