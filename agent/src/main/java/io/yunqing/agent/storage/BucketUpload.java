package io.yunqing.agent.storage;

import io.yunqing.agent.storage.RepositoryFiles.Description;
import io.yunqing.api.BackupProgress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.logging.Logger;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * A file on its way into a bucket, in parts. It is there when the store has been told that this was all; a store keeps parts of what never
 * became whole until it is told to throw them away.
 */
final class BucketUpload {

    private static final Logger LOG = Logger.getLogger(BucketUpload.class.getName());
    private static final int MIB = 1 << 20;
    private static final long SMALLEST_PART = 8 * MIB;
    private static final int MOST_PARTS = 10_000;
    private static final String TYPE = "application/octet-stream";

    /** A store that takes less than a MiB a second is given up on. */
    private static final Duration PART_WITHIN = Duration.ofSeconds(60);

    /** Some stores put the parts together only when they are told that this was all. */
    private static final Duration WHOLE_WITHIN = Duration.ofMinutes(10);

    private static final int BLOCK = 256 * 1024;

    private final Bucket bucket;
    private final String object;

    BucketUpload(Bucket bucket, String object) {
        this.bucket = bucket;
        this.object = object;
    }

    <T> T send(Path from, Description<T> description, Consumer<BackupProgress> progress)
            throws IOException {
        abandon();
        String upload =
                bucket.ask(store ->
                                store.createMultipartUpload(ask ->
                                        ask.bucket(bucket.name()).key(object).contentType(TYPE)))
                        .uploadId();
        boolean whole = false;
        try (var file = FileChannel.open(from)) {
            var digest = ImageDownload.sha256();
            var parts = new ArrayList<CompletedPart>();
            long bytes = file.size();
            for (long at = 0; at < bytes; at = Math.min(bytes, at + partOf(bytes))) {
                progress.accept(new BackupProgress(at, bytes));
                parts.add(
                        send(
                                file,
                                at,
                                Math.min(partOf(bytes), bytes - at),
                                upload,
                                parts.size() + 1,
                                digest));
            }
            T described = description.by(HexFormat.of().formatHex(digest.digest()));
            bucket.ask(store ->
                    store.completeMultipartUpload(ask ->
                            ask.bucket(bucket.name())
                                    .key(object)
                                    .uploadId(upload)
                                    .multipartUpload(all -> all.parts(parts))
                                    .overrideConfiguration(
                                            one -> one.apiCallAttemptTimeout(WHOLE_WITHIN))));
            whole = true;
            return described;
        } finally {
            if (!whole) {
                abandonQuietly(upload);
            }
        }
    }

    /** As few parts as are allowed would be large ones, which cost as much when they are sent again. */
    private static long partOf(long bytes) {
        long least = Math.ceilDiv(bytes, MOST_PARTS);
        return Math.max(SMALLEST_PART, Math.ceilDiv(least, MIB) * MIB);
    }

    private CompletedPart send(
            FileChannel file, long at, long bytes, String upload, int number, MessageDigest whole)
            throws IOException {
        String md5 = digest(new FileStretch(file, at, bytes), whole);
        var body =
                RequestBody.fromContentProvider(
                        () -> new FileStretch(file, at, bytes), bytes, TYPE);
        var within = PART_WITHIN.plusSeconds(bytes / MIB);
        var sent =
                bucket.ask(store ->
                        store.uploadPart(
                                ask ->
                                        ask.bucket(bucket.name())
                                                .key(object)
                                                .uploadId(upload)
                                                .partNumber(number)
                                                .contentMD5(md5)
                                                .overrideConfiguration(
                                                        one -> one.apiCallAttemptTimeout(within)),
                                body));
        return CompletedPart.builder().partNumber(number).eTag(sent.eTag()).build();
    }

    /** The digest by which the store sees whether it got what was sent. */
    private static String digest(FileStretch part, MessageDigest whole) throws IOException {
        var md5 = md5();
        var buffer = new byte[BLOCK];
        for (int n = part.read(buffer); n > 0; n = part.read(buffer)) {
            md5.update(buffer, 0, n);
            whole.update(buffer, 0, n);
        }
        return Base64.getEncoder().encodeToString(md5.digest());
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /** Has all parts thrown away that were sent and never became a file. */
    void abandon() throws IOException {
        List<String> left =
                bucket.ask(store ->
                        store
                                .listMultipartUploadsPaginator(
                                        ask -> ask.bucket(bucket.name()).prefix(object))
                                .uploads()
                                .stream()
                                .filter(one -> one.key().equals(object))
                                .map(MultipartUpload::uploadId)
                                .toList());
        for (String upload : left) {
            LOG.info(() -> "throws away what came of %s before: %s".formatted(object, upload));
            abandon(upload);
        }
    }

    private void abandon(String upload) throws IOException {
        bucket.find(store ->
                store.abortMultipartUpload(
                        ask -> ask.bucket(bucket.name()).key(object).uploadId(upload)));
    }

    /** Why it is to be abandoned is what is to be told. */
    private void abandonQuietly(String upload) {
        try {
            abandon(upload);
        } catch (IOException e) {
            LOG.warning("the next try has to throw it away: " + e.getMessage());
        }
    }
}
