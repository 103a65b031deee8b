package io.yunqing.api;

import java.math.BigDecimal;

/**
 * What a host has of a resource, in the resource's unit.
 *
 * @param physical what there is
 * @param reserved what of it is kept back for the host itself
 * @param ratio how many times the rest may be promised
 * @param limit what may be promised: the rest times the ratio, rounded down; of {@code storageGiB} less when the host's pool
 *     has less to write on
 * @param used what is promised; more than {@code limit} after that was lowered below its use
 */
public record Capacity(long physical, long reserved, BigDecimal ratio, long limit, long used) {}
