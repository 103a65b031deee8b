package io.yunqing.agent.storage;

import io.yunqing.api.agent.RepositoryPlace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** An S3-compatible store in a process of its own, S3Proxy in memory, for as long as the tests run. */
final class TestStore {

    static final String ID = "AKIDEXAMPLE";
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private static final long START_MS = 30_000;
    private static @Nullable TestStore running;

    private final int port;
    private final S3Client client;

    private TestStore(int port) {
        this.port = port;
        this.client =
                S3Client.builder()
                        .endpointOverride(URI.create(endpoint()))
                        .region(Region.US_EAST_1)
                        .forcePathStyle(true)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(ID, SECRET)))
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .build();
    }

    static synchronized TestStore running() throws IOException, InterruptedException {
        if (running == null) {
            running = start();
        }
        return running;
    }

    private static TestStore start() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("yq-store");
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path settings =
                Files.write(
                        folder.resolve("s3proxy.conf"),
                        List.of(
                                "s3proxy.endpoint=http://127.0.0.1:" + port,
                                "s3proxy.authorization=aws-v4",
                                "s3proxy.identity=" + ID,
                                "s3proxy.credential=" + SECRET,
                                "jclouds.provider=transient-nio2",
                                "jclouds.identity=nobody",
                                "jclouds.credential=nothing"));
        Path log = folder.resolve("log");
        var process =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-Xmx512m",
                                "-XX:TieredStopAtLevel=1",
                                "-jar",
                                "target/s3proxy.jar",
                                "--properties",
                                settings.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        long end = System.currentTimeMillis() + START_MS;
        while (!answers(port)) {
            if (!process.isAlive() || System.currentTimeMillis() > end) {
                throw new IOException("no store: " + Files.readString(log));
            }
            Thread.sleep(50);
        }
        return new TestStore(port);
    }

    private static boolean answers(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /** Whatever is asked of it without our code. */
    S3Client client() {
        return client;
    }

    /** An empty bucket of nobody's yet. */
    RepositoryPlace.Bucket bucket(@Nullable String prefix) {
        String name = "b-" + UUID.randomUUID();
        client.createBucket(ask -> ask.bucket(name));
        return new RepositoryPlace.Bucket(endpoint(), name, prefix, "us-east-1", true);
    }

    /** A host's file of access keys, with this one. */
    static StoreKeys keys(Path folder, String id, String secret) throws IOException {
        Path file = folder.resolve("store-keys");
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                file,
                "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
                        .formatted(id, secret));
        return new StoreKeys(file);
    }
}
