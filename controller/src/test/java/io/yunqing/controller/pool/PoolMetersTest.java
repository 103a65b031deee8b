package io.yunqing.controller.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.Until;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestServer.class)
class PoolMetersTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();

    @Test
    void whatIsNotMeasuredIsNoNumber() {
        City city = new City(rest, authority.certificatePem());
        city.created(
                "/v1/pools",
                city.id,
                "{\"url\":\"file:///srv/%s\",\"zone\":\"%s\"}".formatted(city.id, city.id));
        Until.holds("it is counted", () -> !metric("promised_bytes", city).equals("none"));
        assertEquals("none", metric("size_bytes", city));
        assertEquals(0, Double.parseDouble(metric("promised_bytes", city)));
        assertEquals(1, Double.parseDouble(metric("hosts", city, ",state=\"unseen\"")));

        city.obey();
        Until.holds("it is measured", () -> !metric("size_bytes", city).equals("none"));
        assertEquals(100L << 30, Double.parseDouble(metric("size_bytes", city)));
        assertEquals(90L << 30, Double.parseDouble(metric("free_bytes", city)));
        assertEquals(10L << 30, Double.parseDouble(metric("written_bytes", city)));
        assertEquals(1, Double.parseDouble(metric("hosts", city, ",state=\"seen\"")));
        assertEquals(0, Double.parseDouble(metric("hosts", city, ",state=\"unseen\"")));
        city.close();
    }

    private String metric(String of, City city) {
        return metric(of, city, "");
    }

    private String metric(String of, City city, String labels) {
        String line = "yunqing_pool_%s{pool=\"%s\"%s".formatted(of, city.id, labels);
        return rest.get("/q/metrics")
                .text()
                .lines()
                .filter(one -> one.startsWith(line))
                .map(one -> one.substring(one.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse("none");
    }
}
