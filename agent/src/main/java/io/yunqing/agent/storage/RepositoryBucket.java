package io.yunqing.agent.storage;

import io.yunqing.api.BackupProgress;
import io.yunqing.api.agent.RepositoryPlace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import software.amazon.awssdk.core.sync.RequestBody;

/** The files of a repository that is a bucket of an S3-compatible store, or what there begins with a prefix. */
final class RepositoryBucket implements RepositoryFiles {

    /** Far more than a mark or a note has. */
    private static final int SMALL = 1 << 20;

    private final Bucket bucket;

    private RepositoryBucket(Bucket bucket) {
        this.bucket = bucket;
    }

    /**
     * @param repository its name
     */
    static RepositoryBucket of(RepositoryPlace.Bucket place, String repository, StoreKeys keys)
            throws IOException {
        return new RepositoryBucket(
                Bucket.open(place, repository, keys.of(repository), Bucket.Patience.USUAL));
    }

    @Override
    public String place() {
        return bucket.place();
    }

    @Override
    public String doubt() {
        return "are its url, bucket and prefix right?";
    }

    @Override
    public Optional<byte[]> read(String file) throws IOException {
        return bucket.find(store -> {
            try (var content =
                    store.getObject(ask -> ask.bucket(bucket.name()).key(bucket.object(file)))) {
                return content.readNBytes(SMALL);
            }
        });
    }

    @Override
    public void write(String file, byte[] content) throws IOException {
        bucket.ask(store ->
                store.putObject(
                        ask -> ask.bucket(bucket.name()).key(bucket.object(file)),
                        RequestBody.fromBytes(content)));
    }

    @Override
    public OptionalLong length(String file) throws IOException {
        var head =
                bucket.find(store ->
                        store.headObject(
                                ask -> ask.bucket(bucket.name()).key(bucket.object(file))));
        return head.isEmpty() ? OptionalLong.empty() : OptionalLong.of(head.get().contentLength());
    }

    @Override
    public <T> T put(
            String file, Path from, Description<T> description, Consumer<BackupProgress> progress)
            throws IOException {
        return new BucketUpload(bucket, bucket.object(file)).send(from, description, progress);
    }

    @Override
    public String get(String file, long bytes, Path to) throws IOException {
        return new BucketDownload(bucket, bucket.object(file), bytes).bring(to);
    }

    @Override
    public void erase(List<String> files) throws IOException {
        for (String file : files) {
            String object = bucket.object(file);
            bucket.find(store -> store.deleteObject(ask -> ask.bucket(bucket.name()).key(object)));
            new BucketUpload(bucket, object).abandon();
        }
    }

    @Override
    public void close() {
        bucket.close();
    }
}
