package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Images without a URL, from the wish to the hosts that fetch them. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class UploadedImageTest {
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private City city;
    private String name;
    private String content;

    @BeforeEach
    void anImageWithoutBytes() {
        city = new City(rest, authority.certificatePem());
        name = city.id + "-uploaded";
        content = "the bytes of " + name;
        city.created(
                "/v1/images",
                name,
                "{\"sha256\":\"%s\",\"format\":\"RAW\",\"minDiskGiB\":1}".formatted(digest()));
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    private String digest() {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(content.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void upload() {
        Map<String, String> begin =
                Map.of("Tus-Resumable", "1.0.0", "Upload-Length", content.length() + "");
        String path = "/v1/images/" + name + "/upload";
        assertEquals(201, rest.send("POST", path, null, begin).status());
        Map<String, String> piece =
                Map.of(
                        "Tus-Resumable",
                        "1.0.0",
                        "Upload-Offset",
                        "0",
                        "Content-Type",
                        "application/offset+octet-stream");
        Answer sent = rest.send("PATCH", path, content, piece);
        assertEquals(204, sent.status(), sent.text());
    }

    private Answer create(String instance) {
        return rest.post(
                "/v1/tenants/" + city.id + "/instances",
                city.body(instance)
                        .replace("\"image\":\"" + city.id + "\"", "\"image\":\"" + name + "\""));
    }

    @Test
    void nothingIsMadeOfItBeforeItIsWholeAndHostsFetchItFromTheController() {
        Answer early = create("early");
        assertEquals("image.not_ready", early.at("code").asText(), early.text());
        assertTrue(early.at("remedy").asText().contains("yqctl image upload " + name));
        upload();
        Answer created = create("web");
        assertEquals(201, created.status(), created.text());
        ImageSource image = city.agent.desired(0, 0).instances().getFirst().image();
        assertEquals("/agent/v1/images/" + digest(), image.url());
        assertEquals(content, city.agent.read(image.url(), null).body());
        Answer use = rest.delete("/v1/images/" + name);
        assertEquals("reference.in_use", use.at("code").asText(), use.text());
    }

    @Test
    void aBrokenDownloadGoesOnWhereItEnded() {
        upload();
        String path = ImageSource.ON_CONTROLLER + digest();
        var rest = city.agent.read(path, "bytes=4-");
        assertEquals(206, rest.statusCode());
        assertEquals(content.substring(4), rest.body());
        assertEquals(
                "bytes 4-%d/%d".formatted(content.length() - 1, content.length()),
                rest.headers().firstValue("Content-Range").orElse(""));
        assertEquals(416, city.agent.read(path, "bytes=" + content.length() + "-").statusCode());
        assertEquals(200, city.agent.read(path, "bytes=0-1,4-5").statusCode());
    }

    @Test
    void onlyAgentsGetItAndOnlyWhatIsThere() {
        upload();
        String path = ImageSource.ON_CONTROLLER + digest();
        var stranger = new FakeAgent(authority.certificatePem());
        assertEquals(403, stranger.read(path, null).statusCode());
        for (String none : new String[] {"f".repeat(64), "..%2Flock", "x"}) {
            var absent = city.agent.read(ImageSource.ON_CONTROLLER + none, null);
            assertEquals(404, absent.statusCode(), absent.body());
        }
    }
}
