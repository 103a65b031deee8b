package io.yunqing.agent.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** A part of an open file, to be read again as often as need be: it holds nothing open itself. */
final class FileStretch extends InputStream {

    private final FileChannel file;
    private final long end;
    private long at;

    /**
     * @param bytes how many, all of them in the file
     */
    FileStretch(FileChannel file, long from, long bytes) {
        this.file = file;
        this.at = from;
        this.end = from + bytes;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (at == end) {
            return -1;
        }
        int most = (int) Math.min(length, end - at);
        int n = file.read(ByteBuffer.wrap(into, offset, most), at);
        if (n < 0) {
            throw new IOException("the file became shorter while it was read");
        }
        at += n;
        return n;
    }
}
