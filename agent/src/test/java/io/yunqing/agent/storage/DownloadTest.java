package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.platform.Tool;
import io.yunqing.api.ImageFormat;
import io.yunqing.api.Problem;
import io.yunqing.api.agent.InstanceDesired.ImageSource;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that come from the controller, over connections that break. */
class DownloadTest {

    private static final int MIB = 1 << 20;

    @TempDir Path folder;
    private final List<String> asked = new ArrayList<>();
    private Layout layout;
    private ImageStore images;
    private HttpServer server;
    private byte[] bytes;

    /** How much of its answers is sent before the connection is cut, one each; then all. */
    private final List<Integer> cuts = new ArrayList<>();

    private boolean ranges = true;
    private int refusal;

    @BeforeEach
    void serve() throws IOException {
        Path source = folder.resolve("source.qcow2");
        Path content = folder.resolve("content");
        var random = new byte[3 * MIB];
        new Random(3).nextBytes(random);
        Files.write(content, random);
        Tool.run(
                Duration.ofSeconds(30),
                List.of(
                        "qemu-img",
                        "convert",
                        "-f",
                        "raw",
                        "-O",
                        "qcow2",
                        content.toString(),
                        source.toString()));
        bytes = Files.readAllBytes(source);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        layout = new Layout(folder.resolve("pool"));
        images = new ImageStore(layout, new PoolRoom(folder), this::open);
        images.open();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private HttpURLConnection open(String path) throws IOException {
        return (HttpURLConnection)
                URI.create("http://127.0.0.1:" + server.getAddress().getPort())
                        .resolve(path)
                        .toURL()
                        .openConnection();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            asked.add(exchange.getRequestURI() + (range == null ? "" : " " + range));
            if (refusal != 0) {
                byte[] problem = "{\"detail\":\"it is not here\"}".getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", Problem.MEDIA_TYPE);
                exchange.sendResponseHeaders(refusal, problem.length);
                exchange.getResponseBody().write(problem);
                return;
            }
            int from = range == null || !ranges ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
            exchange.sendResponseHeaders(from == 0 ? 200 : 206, bytes.length - from);
            int end = cuts.isEmpty() ? bytes.length : Math.max(from, cuts.removeFirst());
            exchange.getResponseBody().write(bytes, from, end - from);
            exchange.getResponseBody().flush();
        }
    }

    private ImageSource image() throws IOException {
        return image(ImageDownload.sha256(folder.resolve("source.qcow2")));
    }

    private static ImageSource image(String sha256) {
        return new ImageSource(
                "uploaded", ImageSource.ON_CONTROLLER + sha256, sha256, ImageFormat.QCOW2, 1);
    }

    @Test
    void aBrokenDownloadGoesOnWhereItEnded() throws Exception {
        cuts.addAll(List.of(MIB + 100, 2 * MIB + 7, 2 * MIB + 7));
        var image = image();
        images.fetch(image);
        assertArrayEquals(bytes, Files.readAllBytes(layout.image(image)));
        // Whole blocks count; what is behind the last one is asked for again.
        assertEquals(
                List.of(
                        image.url(),
                        image.url() + " bytes=" + MIB + "-",
                        image.url() + " bytes=" + 2 * MIB + "-",
                        image.url() + " bytes=" + 2 * MIB + "-"),
                asked);
    }

    @Test
    void aServerWithoutRangesIsReadAnewAndSkipped() throws Exception {
        ranges = false;
        cuts.add(MIB + 100);
        var image = image();
        images.fetch(image);
        assertArrayEquals(bytes, Files.readAllBytes(layout.image(image)));
        assertEquals(2, asked.size());
    }

    @Test
    void otherBytesThanThePromisedOnesAreNotUsed() throws Exception {
        var image = image();
        bytes = Arrays.copyOf(bytes, bytes.length + 1);
        assertTrue(refused(image).contains("promised was " + image.sha256()), refused(image));
        assertTrue(Files.notExists(layout.image(image)));
    }

    @Test
    void aRefusalIsSaidInTheControllersWordsAndNotAskedAgain() throws Exception {
        refusal = 404;
        String words = refused(image());
        assertTrue(words.contains("the server answered 404: it is not here"), words);
        assertEquals(1, asked.size());
    }

    private String refused(ImageSource image) {
        var fault = assertThrows(HypervisorFault.class, () -> images.fetch(image));
        return String.valueOf(fault.getMessage());
    }
}
