package io.yunqing.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** A stretch of a file. */
final class Excerpt {

    private Excerpt() {}

    /** Where the file has no such bytes they are zero. */
    static ByteBuffer of(FileChannel channel, long offset, int length, ByteOrder order)
            throws IOException {
        var bytes = ByteBuffer.allocate(length).order(order);
        if (offset >= 0) {
            long at = offset;
            for (int n = 0; n >= 0 && bytes.hasRemaining(); at += n) {
                n = channel.read(bytes, at);
            }
        }
        return bytes.clear();
    }
}
