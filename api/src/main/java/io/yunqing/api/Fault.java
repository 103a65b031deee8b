package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;

/**
 * What went wrong on a host.
 *
 * @param step what was being done, such as {@code start}
 * @param message the cause in the words of whoever reported it (libvirt, the file system, the image's server)
 * @param attempts how often it was tried
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Fault(Instant at, String step, String message, int attempts) {
    /** From this many attempts on, a failing step is called a failure; before, it may be a hiccup. */
    public static final int ATTEMPTS_BEFORE_FAILED = 3;
}
