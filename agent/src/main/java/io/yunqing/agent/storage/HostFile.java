package io.yunqing.agent.storage;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the kernel tells of a file and Java does not: where it takes up room, and what is on the disk. */
final class HostFile implements AutoCloseable {

    /** What is read past the page cache begins, and lies in memory, at multiples of this. */
    static final int ALIGNMENT = 4096;

    private static final int READ_ONLY = 0;
    private static final int DIRECT = 0x4000;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;

    /** The answer to where the next data are, when there are none. */
    private static final int ENXIO = 6;

    private interface Calls extends Library {
        Calls LIBC = Native.load("c", Calls.class);

        int open(String path, int flags) throws LastErrorException;

        long lseek(int file, long offset, int whence) throws LastErrorException;

        long pread(int file, ByteBuffer into, long bytes, long offset) throws LastErrorException;

        int close(int file) throws LastErrorException;
    }

    /**
     * A part of a file.
     *
     * @param begin its first byte
     * @param end the first byte behind it
     */
    record Extent(long begin, long end) {
        long bytes() {
            return end - begin;
        }
    }

    private final Path path;
    private final int file;

    private HostFile(Path path, int file) {
        this.path = path;
        this.file = file;
    }

    /**
     * Opens it to be read.
     *
     * @param direct from the disk, past the page cache
     */
    static HostFile open(Path path, boolean direct) throws IOException {
        int flags = READ_ONLY | CLOSE_ON_EXEC | (direct ? DIRECT : 0);
        try {
            return new HostFile(path, Calls.LIBC.open(path.toString(), flags));
        } catch (LastErrorException e) {
            throw fault(path, e);
        }
    }

    /** Where it takes up room, in order; all of it, where its file system cannot tell. */
    List<Extent> extents() throws IOException {
        var extents = new ArrayList<Extent>();
        long end = 0;
        try {
            while (true) {
                long begin = Calls.LIBC.lseek(file, end, SEEK_DATA);
                end = Calls.LIBC.lseek(file, begin, SEEK_HOLE);
                extents.add(new Extent(begin, end));
            }
        } catch (LastErrorException e) {
            if (e.getErrorCode() == ENXIO) {
                return List.copyOf(extents);
            }
            throw fault(path, e);
        }
    }

    /** A buffer that {@link #read} can fill. */
    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes + ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, bytes);
    }

    /** Fills the buffer from this byte on, as far as the file goes. */
    void read(ByteBuffer buffer, long offset) throws IOException {
        buffer.clear();
        try {
            long read = Calls.LIBC.pread(file, buffer, buffer.capacity(), offset);
            buffer.limit(Math.toIntExact(read));
        } catch (LastErrorException e) {
            throw fault(path, e);
        }
    }

    private static IOException fault(Path path, LastErrorException e) {
        return new IOException(path + ": " + e.getMessage(), e);
    }

    @Override
    public void close() {
        Calls.LIBC.close(file);
    }
}
