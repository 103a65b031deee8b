package io.yunqing.controller.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.pki.CertificateAuthority;
import io.yunqing.controller.platform.Transactions;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

/** What a scrape says that the volumes of a tier have together. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class TierBytesTest {
    @Inject CertificateAuthority authority;
    @Inject Transactions transactions;
    @Inject VolumeObservationStore store;

    @Test
    void theSizesOfItsVolumesAddUp() {
        Rest rest = Rest.operator();
        City city = new City(rest, authority.certificatePem());
        String volumes = "/v1/tenants/" + city.id + "/volumes";
        city.created("/v1/tiers", city.id, "{\"readIops\":100}");
        city.admitted("web");
        assertEquals(0, bytes(city.id));
        String spec = "{\"sizeGiB\":%d,\"instance\":\"web\",\"tier\":\"%s\"}";
        city.created(volumes, "data", spec.formatted(10, city.id));
        city.created(volumes, "logs", spec.formatted(2, city.id));
        assertEquals(12L << 30, bytes(city.id));
        city.close();
    }

    private long bytes(String tier) {
        return transactions.read(store::byTier).get(tier);
    }
}
