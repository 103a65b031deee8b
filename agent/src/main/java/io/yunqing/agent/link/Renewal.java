package io.yunqing.agent.link;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.logging.Logger;

/** Gets a new certificate when two thirds of the old one's life are over, and goes on trying until it has one. */
public final class Renewal implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Renewal.class.getName());
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(10);

    private final Path data;
    private final HttpController controller;
    private final InstantSource clock;
    private final Patience patience;
    private final Loop loop;
    private Identity identity;

    public Renewal(
            Path data,
            Identity identity,
            HttpController controller,
            InstantSource clock,
            Rhythm rhythm) {
        this.data = data;
        this.identity = identity;
        this.controller = controller;
        this.clock = clock;
        this.patience = rhythm.patience(LOG, "renewing the certificate");
        this.loop = rhythm.loop("renew", this::round);
    }

    public void start() {
        loop.start();
    }

    /** Renews if it is time to; answers how long to rest before the next round. */
    Duration round() throws InterruptedException {
        Instant now = clock.instant();
        Duration early = Duration.between(now, identity.renewAt());
        if (early.isPositive()) {
            // In pieces, as the wall clock may jump.
            return early.compareTo(LONGEST_SLEEP) < 0 ? early : LONGEST_SLEEP;
        }
        try {
            var grant = controller.renew(Pem.signingRequest(identity.key()));
            identity = Identity.accept(data, identity.key(), grant);
            controller.use(Tls.mutual(identity));
            patience.succeeded();
            LOG.info("certificate renewed, valid until " + identity.expires());
            return Duration.ZERO;
        } catch (LinkFault fault) {
            return patience.failed(fault);
        } catch (IOException | GeneralSecurityException e) {
            return patience.failed(
                    new LinkFault(LinkFault.Kind.GARBAGE, String.valueOf(e.getMessage()), null, e));
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
