package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.HostImages;
import io.yunqing.api.agent.ImageDesired;
import io.yunqing.api.agent.ImageObserved;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What hosts find an image to be, and what becomes of a revoked one on them. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class ImageCheckTest {
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private final String sha256 = UUID.randomUUID().toString().replace("-", "").repeat(2);
    private City city;
    private String name;

    @BeforeEach
    void anImportedImage() {
        city = new City(rest, authority.certificatePem());
        name = city.id + "-new";
        city.created("/v1/images", name, spec("IMPORTED"));
    }

    @AfterEach
    void end() {
        city.close();
    }

    @Test
    void aHostIsAskedToCheckItOnceAndWhatItFoundIsSaid() {
        assertTrue(checks().isMissingNode(), checks().toString());
        assertEquals(List.of(), city.agent.desired(0, 0).images());
        check(200);
        assertEquals(1, checks().path("waiting").asInt());
        ImageDesired wish = wish();
        assertFalse(wish.revoked());
        assertEquals(sha256, wish.source().sha256());
        told(good(wish.revision()));
        JsonNode found = checks();
        assertEquals(1, found.path("good").asInt(), found.toString());
        assertEquals(1, found.path("cached").asInt());
        assertEquals(0, found.path("waiting").asInt());
        assertEquals(64L << 20, found.path("diskBytes").asLong());
        assertEquals(city.id, found.path("firstGoodOn").asText());
        assertEquals(List.of(), city.agent.desired(0, 0).images());
        assertEquals(200, become("PUBLISHED").status());
    }

    @Test
    void whatAHostRefusedIsNotPublishedUnlessItWasFoundGoodSince() {
        check(200);
        long first = wish().revision();
        told(bad("the bytes behind its url have another sha256", true, first));
        Answer refused = become("PUBLISHED");
        assertEquals(422, refused.status(), refused.text());
        assertTrue(
                refused.text()
                        .contains(
                                "host %s refused the image: the bytes behind its url"
                                        .formatted(city.id)),
                refused.text());
        assertEquals(city.id, checks().at("/lastFault/host").asText());
        check(200);
        long second = wish().revision();
        assertTrue(second > first);
        told(good(second));
        assertTrue(checks().path("lastFault").isMissingNode(), checks().toString());
        assertEquals(200, become("PUBLISHED").status());
    }

    @Test
    void aHostThatHasItAndLooksAgainFindsItGoodSince() {
        told(good(null));
        String elsewhere = city.id + "-second";
        city.created("/v1/zones", elsewhere, "{}");
        city.created("/v1/hosts", elsewhere, "{\"zone\":\"%s\"}".formatted(elsewhere));
        FakeAgent other =
                FakeAgent.reporting(
                        rest, authority.certificatePem(), elsewhere, "10.250.0.0/24", 2, 4608);
        other.images(new HostImages(List.of(bad("another sha256", true, null))));
        assertEquals(422, become("PUBLISHED").status());
        check(200);
        told(good(wish().revision()));
        assertEquals(200, become("PUBLISHED").status());
        assertEquals(1, checks().path("refused").asInt());
        rest.delete("/v1/hosts/" + elsewhere);
        rest.delete("/v1/zones/" + elsewhere);
    }

    @Test
    void whatCouldNotBeFetchedIsSaidAndMayBePublished() {
        check(200);
        told(bad("there is no file /image", false, wish().revision()));
        assertFalse(checks().at("/lastFault/refused").asBoolean(true));
        assertEquals(200, become("PUBLISHED").status());
    }

    @Test
    void hostsThatHaveARevokedOneAreToldAndSoAreThoseThatBringItLater() {
        told(good(null));
        long before = city.agent.desired(0, 0).revision();
        assertEquals(200, become("REVOKED").status());
        HostDesired news = city.agent.desired(before, 0);
        assertEquals(List.of(true), news.images().stream().map(ImageDesired::revoked).toList());
        told(stoodOn(3));
        assertEquals(1, checks().path("cached").asInt());
        assertEquals(1, checks().path("inUse").asInt());
        told();
        assertEquals(0, checks().path("cached").asInt());
        assertEquals(0, checks().path("inUse").asInt());
        long gone = city.agent.desired(0, 0).revision();
        assertEquals(List.of(), city.agent.desired(0, 0).images());
        told(good(null));
        assertEquals(1, city.agent.desired(gone, 0).images().size());
        assertEquals("image.not_published", check(409).at("code").asText());
    }

    @Test
    void theSameAgainWritesNothingAndTellsNobody() {
        told(good(null));
        long before = city.agent.desired(0, 0).revision();
        String status = checks().toString();
        told(good(null));
        assertEquals(before, city.agent.desired(0, 0).revision());
        assertEquals(status, checks().toString());
    }

    @Test
    void whoAsksForAPlanAsksNoHost() {
        Answer plan =
                rest.post(
                        "/v1/images/" + name + "/check?mode=plan",
                        "{\"zone\":\"%s\"}".formatted(city.id));
        assertEquals("update", plan.at("action").asText(), plan.text());
        assertEquals(List.of(), city.agent.desired(0, 0).images());
    }

    @Test
    void whereNoHostIsHeardNoneIsAsked() {
        Answer answer = rest.post("/v1/images/" + name + "/check", "{\"zone\":\"nowhere\"}");
        assertEquals("placement.no_host", answer.at("code").asText(), answer.text());
        assertTrue(answer.text().contains("no host of zone nowhere"), answer.text());
    }

    private Answer check(int status) {
        Answer answer =
                rest.post("/v1/images/" + name + "/check", "{\"zone\":\"%s\"}".formatted(city.id));
        assertEquals(status, answer.status(), answer.text());
        return answer;
    }

    private ImageDesired wish() {
        return city.agent.desired(0, 0).images().getFirst();
    }

    private void told(ImageObserved... images) {
        FakeAgent.Answer answer = city.agent.images(new HostImages(Arrays.asList(images)));
        assertEquals(204, answer.status(), answer.toString());
    }

    private ImageObserved good(Long answers) {
        return new ImageObserved(
                sha256, ImageFormat.QCOW2, true, 64L << 20, THEN, null, false, null, null, answers);
    }

    private ImageObserved stoodOn(int disks) {
        return new ImageObserved(
                sha256, ImageFormat.QCOW2, true, 64L << 20, THEN, null, false, null, disks, null);
    }

    private ImageObserved bad(String fault, boolean refused, Long answers) {
        return new ImageObserved(
                sha256, ImageFormat.QCOW2, false, null, null, fault, refused, THEN, null, answers);
    }

    private JsonNode checks() {
        return rest.get("/v1/images/" + name).body().at("/status/checks");
    }

    private String spec(String stage) {
        return "{\"url\":\"file:///image\",\"sha256\":\"%s\",\"format\":\"QCOW2\",\"minDiskGiB\":1,\"stage\":\"%s\"}"
                .formatted(sha256, stage);
    }

    private Answer become(String stage) {
        Answer image = rest.get("/v1/images/" + name);
        return rest.put(
                "/v1/images/" + name,
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":%s}".formatted(name, spec(stage)),
                image.etag());
    }
}
