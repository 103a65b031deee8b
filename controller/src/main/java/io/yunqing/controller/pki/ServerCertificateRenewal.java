package io.yunqing.controller.pki;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Renews the server's certificate while the server runs; connections that exist keep the old one. */
@ApplicationScoped
public class ServerCertificateRenewal {
    /** The name of the TLS configuration the agents' port uses. */
    public static final String TLS = "yunqing";

    private static final Logger LOG = Logger.getLogger(ServerCertificateRenewal.class);

    private final ServerCertificate certificate;
    private final NavigableSet<String> names;
    private final TlsConfigurationRegistry registry;
    private final Event<CertificateUpdatedEvent> updated;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("certificate-renewal").daemon().factory());

    ServerCertificateRenewal(
            CertificateAuthority authority,
            @ConfigProperty(name = "yunqing.data") Path data,
            @ConfigProperty(name = "yunqing.server-names") Set<String> names,
            TlsConfigurationRegistry registry,
            Event<CertificateUpdatedEvent> updated)
            throws IOException {
        this.certificate =
                new ServerCertificate(
                        authority, data.resolve(CertificateAuthority.FOLDER), new SecureRandom());
        this.names = new TreeSet<>(names);
        this.registry = registry;
        this.updated = updated;
    }

    void start(@Observes StartupEvent event) {
        Clock clock = Clock.systemUTC();
        ScheduledFuture<?> _ =
                timer.scheduleWithFixedDelay(() -> check(clock.instant()), 1, 1, TimeUnit.HOURS);
    }

    void stop(@Observes ShutdownEvent event) {
        timer.shutdownNow();
    }

    private void check(Instant now) {
        try {
            if (renewIfDue(now)) {
                LOG.info("the server certificate was renewed");
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("the server certificate could not be renewed; next attempt in an hour", e);
        }
    }

    boolean renewIfDue(Instant now) throws IOException {
        if (!certificate.renewIfDue(names, now)) {
            return false;
        }
        TlsConfiguration configuration =
                registry.get(TLS)
                        .orElseThrow(
                                () -> new IllegalStateException("no TLS configuration " + TLS));
        if (!configuration.reload()) {
            throw new IOException("Quarkus did not read the new " + certificate.keyStore());
        }
        updated.fire(new CertificateUpdatedEvent(TLS, configuration));
        return true;
    }
}
