package io.yunqing.controller.fence;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Whether hosts may be judged at all. Many that fall silent together are more likely reached no more than dead, and to start all their
 * instances elsewhere would be the greater harm; then only people judge.
 */
@ApplicationScoped
class Brake {
    private final int least;
    private final double share;

    Brake(
            @ConfigProperty(name = "yunqing.fence.brake-hosts") int least,
            @ConfigProperty(name = "yunqing.fence.brake-share") double share) {
        this.least = least;
        this.share = share;
    }

    /**
     * Why no host is judged; nothing when they are.
     *
     * @param silent how many are overdue
     * @param hosts how many should report
     */
    Optional<String> on(int silent, int hosts) {
        return silent >= least && silent > share * hosts
                ? Optional.of(
                        "%d of %d hosts are silent at once, so that the fault may be on this side: nothing is started elsewhere until fewer are, or two people declare a host lost"
                                .formatted(silent, hosts))
                : Optional.empty();
    }
}
