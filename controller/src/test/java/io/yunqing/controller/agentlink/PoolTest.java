package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.agent.PoolPlace;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What may be asked of pools. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class PoolTest extends TwoHostsWithPools {
    @Test
    void whereAndWhoseItIsNeverChanges() {
        for (String other :
                List.of(
                        spec("elsewhere", ",\"shared\":true"),
                        spec("san", ",\"shared\":false"),
                        spec("san", ""),
                        "{\"url\":\"%s\",\"shared\":true}".formatted(url("san")))) {
            Answer refused = put("san", other);
            assertEquals("field.immutable", refused.at("code").asText(), refused.text());
        }
        Answer changed =
                put("san", spec("san", ",\"shared\":true,\"displayName\":\"the large one\""));
        assertEquals(200, changed.status(), changed.text());
        Answer same = put("ssd", spec("ssd", ",\"shared\":false"));
        assertEquals(200, same.status(), "as it is when nothing is said of it");
    }

    @Test
    void whatCannotBeSharedOrCannotBeOtherwiseIsNotSaidToBe() {
        Answer lvm = create("bad", "{\"url\":\"lvm://vg/thin\",\"shared\":true}");
        assertEquals("spec.shared", lvm.at("errors.0.field").asText(), lvm.text());
        assertTrue(lvm.text().contains("each host's own"), lvm.text());
        Answer nfs = create("bad", "{\"url\":\"nfs://nas/export\",\"shared\":false}");
        assertEquals("spec.shared", nfs.at("errors.0.field").asText(), nfs.text());
        assertTrue(nfs.text().contains("seen by all its hosts alike"), nfs.text());
        Answer rbd = create("bad", "{\"url\":\"rbd://mon/volumes\",\"shared\":false}");
        assertEquals("spec.shared", rbd.at("errors.0.field").asText(), rbd.text());
        Answer url = create("bad", "{\"url\":\"file:///srv/../etc\"}");
        assertEquals("spec.url", url.at("errors.0.field").asText(), url.text());
        Answer zone = create("bad", "{\"url\":\"file:///srv/x\",\"zone\":\"nowhere\"}");
        assertEquals("reference.unknown", zone.at("code").asText(), zone.text());
        assertEquals(404, rest.get("/v1/pools/" + name("bad")).status());
    }

    @Test
    void noHostIsToldOfTheSamePlaceTwice() {
        Answer again = create("again", spec("san", ""));
        assertEquals("spec.url", again.at("errors.0.field").asText(), again.text());
        assertTrue(again.text().contains(name("san")), again.text());
        Answer everywhere = create("again", "{\"url\":\"%s\"}".formatted(url("san")));
        assertEquals("spec.url", everywhere.at("errors.0.field").asText(), everywhere.text());

        city.created("/v1/zones", name("other"), "{}");
        Answer elsewhere =
                create(
                        "elsewhere",
                        "{\"url\":\"%s\",\"zone\":\"%s\"}".formatted(url("san"), name("other")));
        assertEquals(201, elsewhere.status(), "other hosts have another one");

        city.created("/v1/pools", name("all"), "{\"url\":\"%s\"}".formatted(url("all")));
        Answer zones = create("again", spec("all", ""));
        assertEquals("spec.url", zones.at("errors.0.field").asText(), zones.text());
        assertEquals(204, rest.delete("/v1/pools/" + name("all")).status());
    }

    @Test
    void aPlanTellsNobody() {
        long revision = city.agent.desired(0, 0).revision();
        Answer planned =
                rest.post(
                        "/v1/pools?mode=plan",
                        "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}"
                                .formatted(name("new"), spec("new", "")));
        assertTrue(planned.status() < 300, planned.text());
        assertEquals(404, rest.get("/v1/pools/" + name("new")).status());
        assertEquals(revision, city.agent.desired(0, 0).revision());
    }

    @Test
    void whatIsUsedIsNotDeleted() {
        city.created("/v1/tiers", name("san"), "{\"pool\":\"%s\"}".formatted(name("san")));
        obey();
        city.created(
                volumes(),
                "data",
                "{\"sizeGiB\":10,\"tier\":\"%s\",\"instance\":\"web\"}".formatted(name("san")));
        Answer volumes = rest.delete("/v1/pools/" + name("san"));
        assertEquals("reference.in_use", volumes.at("code").asText(), volumes.text());
        assertTrue(volumes.text().contains(city.id + "/data"), volumes.text());
        obey();
        city.replaced(volumes() + "/data", "{\"sizeGiB\":10}");
        obey();
        assertEquals(200, rest.delete(volumes() + "/data").status());
        obey();
        Answer tiers = rest.delete("/v1/pools/" + name("san"));
        assertEquals("reference.in_use", tiers.at("code").asText(), tiers.text());
        assertEquals(204, rest.delete("/v1/tiers/" + name("san")).status());
        List<UUID> drawn = drawn("san");
        assertEquals(1, promising(drawn));
        assertEquals(204, rest.delete("/v1/pools/" + name("san")).status());
        assertEquals(0, promising(drawn), "nothing is promised of it any more");
        assertEquals(
                List.of(name("ssd")), told(city.agent.desired(0, 0)).map(PoolPlace::name).toList());
    }

    @Test
    void thePromisesFollowTheRatioAtOnce() {
        obey();
        assertEquals(List.of(100L), limits("san"));
        assertEquals(List.of(100L, 100L), limits("ssd"));
        assertEquals(200, put("ssd", spec("ssd", ",\"overcommit\":2")).status());
        assertEquals(List.of(190L, 190L), limits("ssd"), "10 written, and 90 free twice");
        assertEquals(200, put("san", spec("san", ",\"shared\":true,\"overcommit\":0.5")).status());
        assertEquals(List.of(50L), limits("san"));
    }
}
