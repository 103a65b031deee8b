package io.yunqing.agent.storage;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import io.yunqing.api.agent.RepositoryPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A store behind a network that breaks, and that is at times busy itself. */
class BucketFaultTest {

    private static final String OBJECT = "backup.qcow2";
    private static final int MIB = 1 << 20;
    private static final String INTERNAL_ERROR =
            "<Error><Code>InternalError</Code><Message>try later</Message></Error>";

    @TempDir Path folder;
    private final WireMockServer network =
            new WireMockServer(
                    options().bindAddress("127.0.0.1").dynamicPort().preserveHostHeader(true));
    private TestStore store;
    private RepositoryPlace.Bucket place;
    private Bucket bucket;
    private Path file;
    private byte[] bytes;

    @BeforeEach
    void open() throws Exception {
        network.start();
        store = TestStore.running();
        network.stubFor(
                any(anyUrl()).atPriority(10).willReturn(aResponse().proxiedFrom(store.endpoint())));
        var direct = store.bucket(null);
        place =
                new RepositoryPlace.Bucket(
                        network.baseUrl(), direct.name(), null, direct.region(), true);
        bucket = open(place, Bucket.Patience.USUAL);
        bytes = new byte[10 * MIB];
        new Random(5).nextBytes(bytes);
        file = Files.write(folder.resolve("file"), bytes);
    }

    private static Bucket open(RepositoryPlace.Bucket place, Bucket.Patience patience) {
        return Bucket.open(
                place, "vault", new StoreKeys.Key(TestStore.ID, TestStore.SECRET), patience);
    }

    @AfterEach
    void close() {
        bucket.close();
        network.stop();
    }

    @Test
    void aStoreThatIsBusyIsAskedAgain() throws Exception {
        network.stubFor(
                partTwo()
                        .inScenario("busy")
                        .whenScenarioStateIs("Started")
                        .willSetStateTo("idle")
                        .willReturn(failure()));
        upload();
        assertEquals(List.of(OBJECT), names());
        network.verify(2, putRequestedFor(anyUrl()).withQueryParam("partNumber", equalTo("2")));
    }

    @Test
    void whatAStoreFailsToTakeIsNotThereAndLeavesNoParts() {
        network.stubFor(partTwo().willReturn(failure()));
        assertFault("the store answered 500 InternalError: try later", this::upload);
        assertEquals(List.of(), names());
        assertEquals(0, uploads());
    }

    @Test
    void whatAKilledAgentSentGoesWithTheNextTry() throws Exception {
        var slow = network.stubFor(partTwo().willReturn(aResponse().withFixedDelay(60_000)));
        var sending =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Sending.class.getName(),
                                place.endpoint(),
                                place.name(),
                                file.toString())
                        .inheritIO()
                        .start();
        while (sending.isAlive() && partsSent() < 2) {
            Thread.sleep(20);
        }
        assertTrue(sending.isAlive());
        sending.destroyForcibly().waitFor();
        assertEquals(1, uploads());
        assertEquals(List.of(), names());
        network.removeStub(slow);
        upload();
        assertEquals(List.of(OBJECT), names());
        assertEquals(0, uploads());
    }

    /** The one that is killed. */
    static final class Sending {
        private Sending() {}

        public static void main(String[] args) throws IOException {
            var place = new RepositoryPlace.Bucket(args[0], args[1], null, "us-east-1", true);
            try (var bucket = open(place, Bucket.Patience.USUAL)) {
                new BucketUpload(bucket, OBJECT)
                        .send(Path.of(args[2]), sha256 -> sha256, done -> {});
            }
        }
    }

    /** Of which the network has seen the beginning at least. */
    private int partsSent() {
        return network.findAll(
                        putRequestedFor(anyUrl()).withQueryParam("partNumber", matching(".+")))
                .size();
    }

    @Test
    void anAnswerThatBreaksOffIsGoneOnWith() throws Exception {
        upload();
        network.stubFor(
                get(anyUrl())
                        .inScenario("cut")
                        .whenScenarioStateIs("Started")
                        .willSetStateTo("whole")
                        .willReturn(cut(3 * MIB)));
        Path back = folder.resolve("back");
        download(back);
        assertEquals(-1, Files.mismatch(file, back));
        network.verify(
                1,
                getRequestedFor(anyUrl()).withHeader("Range", equalTo("bytes=" + 3 * MIB + "-")));
    }

    @Test
    void anAnswerOfNothingIsAFault() throws Exception {
        upload();
        network.stubFor(get(anyUrl()).willReturn(cut(0)));
        assertFault(
                "only 0 of %d bytes of %s came".formatted(bytes.length, OBJECT), this::download);
    }

    @Test
    void aStoreThatIsSilentIsGivenUpOn() {
        var hasty =
                new Bucket.Patience(
                        Duration.ofSeconds(5), Duration.ofMillis(200), Duration.ofSeconds(5));
        network.stubFor(any(anyUrl()).willReturn(aResponse().withFixedDelay(600)));
        try (var silent = open(place, hasty)) {
            assertFault("the store cannot be reached: SocketTimeoutException", () -> head(silent));
        }
        var hastier =
                new Bucket.Patience(
                        Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofMillis(200));
        try (var silent = open(place, hastier)) {
            assertFault("the store does not answer in time", () -> head(silent));
        }
    }

    private void upload() throws IOException {
        new BucketUpload(bucket, OBJECT).send(file, sha256 -> sha256, done -> {});
    }

    private void download() throws IOException {
        download(folder.resolve("none"));
    }

    private void download(Path to) throws IOException {
        new BucketDownload(bucket, OBJECT, bytes.length).bring(to);
    }

    private static void head(Bucket silent) throws IOException {
        silent.ask(to -> to.headObject(ask -> ask.bucket(silent.name()).key(OBJECT)));
    }

    private static MappingBuilder partTwo() {
        return put(anyUrl()).withQueryParam("partNumber", equalTo("2"));
    }

    private static ResponseDefinitionBuilder failure() {
        return aResponse().withStatus(500).withBody(INTERNAL_ERROR);
    }

    /** An answer that promises all and ends after so many bytes. */
    private ResponseDefinitionBuilder cut(int after) {
        return aResponse()
                .withHeader("Content-Length", Integer.toString(bytes.length))
                .withBody(Arrays.copyOf(bytes, after));
    }

    private static void assertFault(String words, Executable refused) {
        var fault = assertThrows(IOException.class, refused);
        assertTrue(String.valueOf(fault.getMessage()).contains(words), fault.getMessage());
    }

    private List<String> names() {
        return store.client().listObjectsV2(ask -> ask.bucket(place.name())).contents().stream()
                .map(one -> one.key())
                .toList();
    }

    private int uploads() {
        return store.client()
                .listMultipartUploads(ask -> ask.bucket(place.name()))
                .uploads()
                .size();
    }
}
