package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.Backups;
import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.api.agent.RepositoryPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Backups in a repository that is a bucket, of which another's files are a part. */
class BucketBackupsTest extends VolumeBackupsContract {

    private static final String PREFIX = "cloud/futian";

    private final TestStore store;
    private final S3Client client;
    private final RepositoryPlace.Bucket bucket;

    BucketBackupsTest() throws Exception {
        store = TestStore.running();
        client = store.client();
        bucket = store.bucket(PREFIX);
    }

    @BeforeEach
    void anothersFile() {
        client.putObject(
                ask -> ask.bucket(bucket.name()).key("yunqing-repository"),
                RequestBody.fromString("another's"));
    }

    @Override
    RepositoryPlace vault(boolean used) {
        return Backups.place(bucket, used);
    }

    @Override
    StoreKeys keys() throws IOException {
        return TestStore.keys(folder, TestStore.ID, TestStore.SECRET);
    }

    @Override
    List<String> names() {
        var whole =
                client
                        .listObjectsV2(ask -> ask.bucket(bucket.name()).prefix(PREFIX))
                        .contents()
                        .stream()
                        .map(one -> one.key());
        var parts =
                client.listMultipartUploads(ask -> ask.bucket(bucket.name())).uploads().stream()
                        .map(one -> one.key() + ".part");
        return Stream.concat(whole, parts)
                .map(key -> key.substring(PREFIX.length() + 1))
                .sorted()
                .toList();
    }

    @Override
    byte[] content(String name) {
        return client.getObjectAsBytes(ask -> ask.bucket(bucket.name()).key(key(name)))
                .asByteArray();
    }

    @Override
    void put(String name, byte[] content) {
        client.putObject(
                ask -> ask.bucket(bucket.name()).key(key(name)), RequestBody.fromBytes(content));
    }

    @Override
    void remove(String name) {
        client.deleteObject(ask -> ask.bucket(bucket.name()).key(key(name)));
    }

    @Override
    void putHalf(String name) {
        String upload =
                client.createMultipartUpload(ask -> ask.bucket(bucket.name()).key(key(name)))
                        .uploadId();
        client.uploadPart(
                ask -> ask.bucket(bucket.name()).key(key(name)).uploadId(upload).partNumber(1),
                RequestBody.fromBytes(new byte[5 << 20]));
    }

    @Test
    void aStoreThatDoesNotTakeTheKeyOrLacksTheBucketSaysSo() throws Exception {
        assertRefused(
                TestStore.keys(folder, TestStore.ID, "w".repeat(40)),
                bucket,
                "does not take this host's access key (SignatureDoesNotMatch)");
        assertRefused(
                TestStore.keys(folder, "AKIDSTRANGER", TestStore.SECRET),
                bucket,
                "does not take this host's access key (InvalidAccessKeyId)");
        var keys = keys();
        assertRefused(
                keys,
                new RepositoryPlace.Bucket(
                        bucket.endpoint(), "missing", null, bucket.region(), true),
                "the store has no bucket missing: create it there");
        assertRefused(
                keys,
                new RepositoryPlace.Bucket(
                        "http://127.0.0.1:1", bucket.name(), null, bucket.region(), true),
                "the store cannot be reached: ConnectException: Connection refused");
        assertRefused(
                keys,
                new RepositoryPlace.Bucket(
                        "http://store.invalid", bucket.name(), null, bucket.region(), true),
                "the store cannot be reached: UnknownHostException: store.invalid");
    }

    @Test
    void aKeyThatCannotBeHadIsSaidAndNeverShown() throws Exception {
        Path file = folder.resolve("own");
        var keys = new StoreKeys(file);
        assertRefused(keys, bucket, "is not there; write it on every host");
        Files.writeString(file, "[default]\n");
        assertRefused(keys, bucket, "can be read by others; let its owner alone: chmod 600");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertRefused(keys, bucket, "has no aws_access_key_id in section [default]");
        Files.writeString(file, "[other]\naws_access_key_id = a\n");
        assertRefused(keys, bucket, "has neither section [vault] nor [default]");
        Files.writeString(file, "aws_secret_access_key = " + TestStore.SECRET);
        assertRefused(keys, bucket, "is not made of [SECTIONS] with lines NAME = VALUE");
        Files.writeString(
                file,
                """
                [default]
                aws_access_key_id = a
                aws_secret_access_key = b
                [vault]
                aws_access_key_id = %s
                aws_secret_access_key = %s
                """
                        .formatted(TestStore.ID, TestStore.SECRET));
        // What is replaced counts at once.
        backups(keys).find(Backups.full(Backups.ID, vault(false)));
        assertFalse(keys.of("vault").toString().contains(TestStore.SECRET));
    }

    private VolumeBackups backups(StoreKeys keys) {
        return new VolumeBackups(layout, layout, new PoolRoom(layout.pool()), keys);
    }

    private void assertRefused(StoreKeys keys, RepositoryPlace.Bucket where, String words) {
        var backup = Backups.full(Backups.ID, Backups.place(where, false));
        var fault = assertThrows(HypervisorFault.class, () -> backups(keys).find(backup));
        String said = String.valueOf(fault.getMessage());
        assertTrue(said.contains("repository vault") && said.contains(words), said);
        assertFalse(said.contains(TestStore.SECRET) || said.contains("AKID"), said);
        assertEquals(-1, said.indexOf('\n'), said);
    }

    private static String key(String name) {
        return PREFIX + "/" + name;
    }
}
