package io.yunqing.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * One living agent per data directory. The kernel holds the lock for the process, so nothing is left behind when that
 * is killed.
 */
final class DataLock implements AutoCloseable {

    private final FileChannel channel;

    private DataLock(FileChannel channel) {
        this.channel = channel;
    }

    static DataLock take(Path data) throws IOException {
        var owner = PosixFilePermissions.fromString("rwx------");
        Files.createDirectories(data, PosixFilePermissions.asFileAttribute(owner));
        Path file = data.resolve("lock");
        var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                channel.truncate(0);
                String pid = ProcessHandle.current().pid() + "\n";
                channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
                return new DataLock(channel);
            }
        } catch (OverlappingFileLockException e) {
            // Held within this process, which happens in tests.
        }
        String holder = Files.readString(file).strip();
        channel.close();
        throw new IOException(
                "another agent (process %s) runs on %s; give each agent a --data directory of its own"
                        .formatted(holder, data));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
