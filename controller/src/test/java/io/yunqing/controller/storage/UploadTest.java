package io.yunqing.controller.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.platform.Changes;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.Transactions;
import jakarta.inject.Inject;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.Session;
import org.junit.jupiter.api.Test;

/** Images whose bytes are sent to the controller, and what becomes of them when it is killed. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class UploadTest {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int PIECE = 1000;

    @Inject Session em;
    @Inject UploadStore store;
    @Inject UploadSweep sweep;
    @Inject Transactions transactions;
    @Inject Changes changes;
    @Inject InstantSource clock;
    @Inject MeterRegistry meters;

    @ConfigProperty(name = "yunqing.data")
    String data;

    @Inject ImageFolder folder;

    private final Rest rest = Rest.operator();
    private final String name = "upload-" + COUNT.incrementAndGet();
    private final String content = new BigInteger(8 * 3000, new Random(COUNT.get())).toString(16);
    private final String path = "/v1/images/" + name;

    private void create(String sha256) {
        String body =
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"sha256\":\"%s\",\"format\":\"RAW\",\"minDiskGiB\":1}}"
                        .formatted(name, sha256);
        Answer answer = rest.post("/v1/images", body);
        assertEquals(201, answer.status(), answer.text());
    }

    private static String digest(String text) {
        return HexFormat.of()
                .formatHex(ImageFolder.sha256().digest(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private Answer begin(long length) {
        return tus("POST", null, Map.of("Upload-Length", Long.toString(length)));
    }

    private Answer send(int offset, String piece) {
        return tus(
                "PATCH",
                piece,
                Map.of(
                        "Upload-Offset",
                        Integer.toString(offset),
                        "Content-Type",
                        "application/offset+octet-stream"));
    }

    private Answer tus(String method, String body, Map<String, String> headers) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.putIfAbsent("Tus-Resumable", "1.0.0");
        return rest.send(method, path + "/upload", body, all);
    }

    /** Sends all from an offset on, but for what is behind the end. */
    private Answer sendAll(int from, int end) {
        Answer last = null;
        for (int at = from; at < end; at += PIECE) {
            last = send(at, content.substring(at, Math.min(end, at + PIECE)));
        }
        return last;
    }

    private void ready() {
        create(digest(content));
        assertEquals(201, begin(content.length()).status());
    }

    private String state() {
        return rest.get(path).at("status.upload.state").asText();
    }

    private UUID id() {
        return UUID.fromString(rest.get(path).at("metadata.id").asText());
    }

    private Path part() {
        return Path.of(data, "images", id() + ".part");
    }

    private Path whole() {
        return Path.of(data, "images", digest(content) + ".image");
    }

    /** As after a start: with nothing in its memory. */
    private Uploads anotherController() {
        RunningDigests digests = new RunningDigests();
        return new Uploads(
                store,
                folder,
                transactions,
                digests,
                acceptance(digests),
                clock,
                meters,
                new MemorySize(BigInteger.valueOf(1 << 20)),
                Duration.ofHours(1));
    }

    private Acceptance acceptance(RunningDigests digests) {
        return new Acceptance(
                em, store, folder, digests, transactions, changes, Duration.ofHours(1));
    }

    @Test
    void piecesMakeAnImageAndTheStatusSaysHowFarItIs() throws IOException {
        create(digest(content));
        assertEquals("AWAITED", state());
        Answer begun = begin(content.length());
        assertEquals("0", begun.headers().get("Upload-Offset"), begun.text());
        assertEquals("1.0.0", begun.headers().get("Tus-Resumable"));
        Answer first = send(0, content.substring(0, PIECE));
        assertEquals(204, first.status(), first.text());
        assertEquals("1000", first.headers().get("Upload-Offset"));
        assertTrue(first.headers().containsKey("Upload-Expires"), first.headers().toString());
        Answer seen = rest.get(path);
        assertEquals("UPLOADING", seen.at("status.upload.state").asText());
        assertEquals(PIECE, seen.at("status.upload.receivedBytes").asInt());
        assertEquals(content.length(), seen.at("status.upload.bytes").asInt());
        assertEquals(PIECE, Files.size(part()));

        assertEquals(204, sendAll(PIECE, content.length()).status());
        assertEquals("WHOLE", state());
        assertEquals(content, Files.readString(whole()));
        assertFalse(Files.exists(part()));
        Answer head = tus("HEAD", null, Map.of());
        assertEquals(head.headers().get("Upload-Length"), head.headers().get("Upload-Offset"));
        String events = rest.get("/v1/events?kind=Image&name=" + name).text();
        assertTrue(events.contains("\"uploaded\""), events);

        assertEquals(204, rest.delete(path).status());
        sweep.sweep();
        assertFalse(Files.exists(whole()));
    }

    @Test
    void theBytesStayAsLongAsAnyImageHasThem() {
        ready();
        sendAll(0, content.length());
        String twin =
                "{\"metadata\":{\"name\":\"%s-twin\"},\"spec\":{\"sha256\":\"%s\",\"format\":\"RAW\",\"minDiskGiB\":1}}"
                        .formatted(name, digest(content));
        assertEquals(201, rest.post("/v1/images", twin).status());
        assertEquals(204, rest.delete(path).status());
        sweep.sweep();
        assertTrue(Files.exists(whole()));
        assertEquals(204, rest.delete(path + "-twin").status());
        sweep.sweep();
        assertFalse(Files.exists(whole()));
    }

    @Test
    void otherBytesThanThePromisedOnesBecomeNoImage() {
        create(digest("something else"));
        begin(content.length());
        Answer refused = sendAll(0, content.length());
        assertEquals(422, refused.status());
        assertEquals("image.digest_mismatch", refused.at("code").asText());
        assertTrue(refused.text().contains(digest(content)), refused.text());
        assertEquals("AWAITED", state());
        assertTrue(
                rest.get(path).at("status.upload.fault").asText().contains("promised was"),
                rest.get(path).text());
        assertFalse(Files.exists(part()));
        assertFalse(Files.exists(whole()));
        // Another attempt begins anew, and its first piece takes the blame away.
        assertEquals(204, send(0, "something").status());
        assertTrue(rest.get(path).at("status.upload.fault").isMissingNode());
        assertEquals(409, begin(14).status());
        assertEquals(204, tus("DELETE", null, Map.of()).status());
        assertEquals(201, begin(14).status());
        assertEquals(204, send(0, "something else").status());
        assertEquals("WHOLE", state());
    }

    @Test
    void whatAKilledControllerWroteBehindItsLastWordIsOverwritten() throws IOException {
        ready();
        sendAll(0, 2 * PIECE);
        Files.writeString(part(), "half of a piece", StandardOpenOption.APPEND);
        Uploads restarted = anotherController();
        for (int at = 2 * PIECE; at < content.length(); at += PIECE) {
            String piece = content.substring(at, Math.min(content.length(), at + PIECE));
            restarted.receive(name, at, piece.getBytes(StandardCharsets.US_ASCII));
        }
        assertEquals("WHOLE", state());
        assertEquals(content, Files.readString(whole()));
    }

    @Test
    void whatWasKilledBeforeItsDigestWasTakenIsJudgedByTheNextOne() throws Exception {
        ready();
        sendAll(0, content.length() - 1);
        // The last piece was kept, and nothing after that was done.
        String last = content.substring(content.length() - 1);
        folder.write(id(), content.length() - 1, last.getBytes(StandardCharsets.US_ASCII));
        UUID id = id();
        transactions.write(() -> {
            store.received(id, content.length(), clock.instant());
            return true;
        });
        assertTrue(acceptance(new RunningDigests()).finish(id).isEmpty());
        assertEquals("WHOLE", state());
        assertEquals(content, Files.readString(whole()));
    }

    @Test
    void whatWasKilledBetweenItsNameAndTheBooksIsJudgedByTheNextOne() throws Exception {
        ready();
        sendAll(0, content.length() - 1);
        String last = content.substring(content.length() - 1);
        UUID id = id();
        folder.write(id, content.length() - 1, last.getBytes(StandardCharsets.US_ASCII));
        folder.publish(id, digest(content));
        transactions.write(() -> {
            store.received(id, content.length(), clock.instant());
            return true;
        });
        sweep.sweep();
        assertEquals("WHOLE", state());
        assertTrue(Files.exists(whole()));
    }

    @Test
    void aPartThatIsGoneIsSaidAndBegunAnew() throws IOException {
        ready();
        sendAll(0, 2 * PIECE);
        Files.delete(part());
        Answer lost = send(2 * PIECE, content.substring(2 * PIECE, 3 * PIECE));
        assertEquals(409, lost.status());
        assertTrue(lost.text().contains("YUNQING_IMAGES_FOLDER"), lost.text());
        assertEquals("0", tus("HEAD", null, Map.of()).headers().get("Upload-Offset"));
        assertEquals(204, sendAll(0, content.length()).status());
        assertEquals("WHOLE", state());
    }

    @Test
    void anAbandonedUploadGivesItsRoomBack() {
        ready();
        sendAll(0, PIECE);
        UUID id = id();
        Path part = part();
        transactions.write(() -> {
            store.received(id, PIECE, clock.instant().minus(Duration.ofHours(25)));
            return true;
        });
        sweep.sweep();
        assertFalse(Files.exists(part));
        assertEquals("AWAITED", state());
        assertTrue(
                rest.get(path).at("status.upload.fault").asText().contains("for 24 h"),
                rest.get(path).text());
        assertEquals(204, rest.delete(path).status());
    }

    @Test
    void theProtocolRefusesByName() {
        create(digest(content));
        refused(tus("HEAD", null, Map.of()), 404, "");
        refused(send(0, "x"), 404, "begin by POST");
        refused(tus("POST", null, Map.of("Tus-Resumable", "0.2.2")), 412, "1.0.0");
        refused(tus("POST", null, Map.of()), 422, "Upload-Length");
        refused(tus("POST", null, Map.of("Upload-Length", "many")), 422, "Upload-Length");
        refused(begin(0), 422, "1..");
        refused(begin(1L << 50), 422, "YUNQING_IMAGES_LARGEST");
        begin(content.length());
        refused(tus("PATCH", "x", Map.of("Upload-Offset", "0")), 415, "offset+octet-stream");
        refused(send(5, "x"), 409, "\"limit\":\"0\"");
        refused(send(0, content + "x"), 409, "ends behind the length");
        refused(send(0, "x".repeat((4 << 20) + 1)), 413, "4 MiB");
        Answer options = tus("OPTIONS", null, Map.of());
        assertEquals("1.0.0", options.headers().get("Tus-Version"));
        assertEquals(Long.toString(64L << 30), options.headers().get("Tus-Max-Size"));
        sendAll(0, content.length());
        refused(send(content.length(), "x"), 409, "has all its");
        refused(begin(content.length()), 409, "has all its");
        String other =
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"url\":\"file:///x\",\"sha256\":\"%s\",\"format\":\"RAW\",\"minDiskGiB\":1}}"
                        .formatted(name, digest(content));
        Answer image = rest.get(path);
        refused(rest.put(path, other, image.etag()), 422, "spec.url");
    }

    @Test
    void anUploadThatDoesNotFitIsRefusedBeforeItBegins() {
        create(digest(content));
        var crowded =
                new ImageFolder(
                        data, Optional.empty(), new MemorySize(BigInteger.ONE.shiftLeft(60)));
        var refusal = assertThrows(ProblemException.class, () -> crowded.requireRoom(1, 0));
        assertEquals(507, refusal.problem().status());
        assertTrue(refusal.problem().detail().contains("are kept free"));
    }

    private static void refused(Answer answer, int status, String words) {
        assertEquals(status, answer.status(), answer.text());
        assertTrue(answer.text().contains(words), answer.text());
    }
}
