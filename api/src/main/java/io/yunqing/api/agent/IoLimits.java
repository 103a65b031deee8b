package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * How much a guest may do with one of its disks within a second; 0 where that is not limited.
 *
 * @param readIops how many reads
 * @param writeIops how many writes
 * @param readBytes how much is read, in bytes
 * @param writeBytes how much is written, in bytes
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record IoLimits(long readIops, long writeIops, long readBytes, long writeBytes) {

    public static final IoLimits NONE = new IoLimits(0, 0, 0, 0);
}
