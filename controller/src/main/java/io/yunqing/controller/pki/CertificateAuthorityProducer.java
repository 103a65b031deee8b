package io.yunqing.controller.pki;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Opens the authority again for the beans: what was made before Quarkus started is read from the data folder. */
@ApplicationScoped
class CertificateAuthorityProducer {
    @Produces
    @Singleton
    CertificateAuthority authority(@ConfigProperty(name = "yunqing.data") Path data) {
        return CertificateAuthority.open(
                data.resolve(CertificateAuthority.FOLDER),
                new SecureRandom(),
                Clock.systemUTC().instant());
    }
}
