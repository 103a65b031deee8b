package io.yunqing.examples.cloud;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** An S3-compatible store on this machine: S3Proxy, for which a bucket is a folder. */
public final class Store implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(30);
    private static final String ID = "AKIDEXAMPLE";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private final Program program;
    private final Path buckets;
    private final String url;

    private Store(Program program, Path buckets, String url) {
        this.program = program;
        this.buckets = buckets;
        this.url = url;
    }

    /**
     * Starts one with an empty bucket.
     *
     * @param folder for all that it keeps
     */
    public static Store start(Path folder, String bucket) throws IOException {
        Path buckets = folder.resolve("buckets");
        Files.createDirectories(buckets.resolve(bucket));
        String url = "http://127.0.0.1:" + Cloud.freePort();
        Path settings =
                Files.write(
                        folder.resolve("s3proxy.conf"),
                        List.of(
                                "s3proxy.endpoint=" + url,
                                "s3proxy.authorization=aws-v4",
                                "s3proxy.identity=" + ID,
                                "s3proxy.credential=" + SECRET,
                                "jclouds.provider=filesystem-nio2",
                                "jclouds.filesystem.basedir=" + buckets,
                                "jclouds.identity=nobody",
                                "jclouds.credential=nothing"));
        List<String> command =
                List.of(
                        Repository.java().getFirst(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        Repository.find().store().toString(),
                        "--properties",
                        settings.toString());
        Program program = new Program("store", command, Map.of(), folder.resolve("store.log"));
        program.start();
        Until.holds(
                "the store answers",
                START,
                () -> {
                    if (!program.running()) {
                        throw new AssertionError("the store ended:\n" + program.lastWords());
                    }
                    return new Rest(URI.create(url), "nobody").get("/").status() > 0;
                });
        return new Store(program, buckets, url);
    }

    public String url() {
        return url;
    }

    /** Where a bucket's content is. */
    public Path bucket(String name) {
        return buckets.resolve(name);
    }

    /** Writes a host's file of access keys with the one to this. */
    public static void writeKeys(Path file) throws IOException {
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                file,
                "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
                        .formatted(ID, SECRET));
    }

    @Override
    public void close() {
        program.kill();
    }
}
