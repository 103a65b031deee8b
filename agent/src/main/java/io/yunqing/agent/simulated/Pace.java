package io.yunqing.agent.simulated;

import java.time.Duration;

/**
 * How long a simulated host takes for things.
 *
 * @param fetch to bring an image
 * @param prepare to make or delete an instance's files or a volume
 * @param define to change a definition
 * @param start until a domain runs
 * @param stop until a domain is off, by its guest or by force
 * @param jitter how far one time may differ from these, as a part of them: 0 to 1
 */
public record Pace(
        Duration fetch,
        Duration prepare,
        Duration define,
        Duration start,
        Duration stop,
        double jitter) {

    /** Everything at once, for tests of order and outcome. */
    public static final Pace INSTANT =
            new Pace(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0);

    /** As libvirt and QEMU were measured to be on a small machine, with an image of some 100 MB. */
    public static final Pace LIKE_QEMU =
            new Pace(
                    Duration.ofSeconds(2),
                    Duration.ofMillis(40),
                    Duration.ofMillis(3),
                    Duration.ofMillis(400),
                    Duration.ofMillis(250),
                    0.3);
}
