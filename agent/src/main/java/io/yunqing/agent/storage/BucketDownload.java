package io.yunqing.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** A file on its way out of a bucket, which goes on where a connection breaks off as long as each brings something. */
final class BucketDownload {

    private static final int BLOCK = 256 * 1024;

    private final Bucket bucket;
    private final String object;
    private final long bytes;
    private final MessageDigest digest = ImageDownload.sha256();
    private final byte[] buffer = new byte[BLOCK];
    private long came;
    private String end = "the store sent no more";

    BucketDownload(Bucket bucket, String object, long bytes) {
        this.bucket = bucket;
        this.object = object;
        this.bytes = bytes;
    }

    /** Brings it and returns its digest. */
    String bring(Path to) throws IOException {
        try (var file =
                FileChannel.open(
                        to,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(InstanceFiles.OWN))) {
            while (came < bytes) {
                long before = came;
                goOn(file);
                if (came == before) {
                    throw new IOException(
                            "%s: only %d of %d bytes of %s came: %s"
                                    .formatted(bucket.what(), came, bytes, object, end));
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void goOn(FileChannel file) throws IOException {
        try (var answer =
                bucket.ask(store ->
                        store.getObject(ask ->
                                ask.bucket(bucket.name())
                                        .key(object)
                                        .range("bytes=" + came + "-")))) {
            if (answer.response().contentRange() == null) {
                // A store that knows no ranges begins anew.
                answer.skipNBytes(came);
            }
            for (int n = read(answer); n > 0; n = read(answer)) {
                digest.update(buffer, 0, n);
                var block = ByteBuffer.wrap(buffer, 0, n);
                while (block.hasRemaining()) {
                    file.write(block);
                }
                came += n;
            }
            if (came < bytes) {
                answer.abort();
            }
        }
    }

    /** How much more came; nothing at the end, whatever ended it. */
    private int read(ResponseInputStream<GetObjectResponse> answer) {
        try {
            return answer.read(buffer, 0, (int) Math.min(BLOCK, bytes - came));
        } catch (IOException | SdkException e) {
            end = e.getClass().getSimpleName() + ": " + e.getMessage();
            return -1;
        }
    }
}
