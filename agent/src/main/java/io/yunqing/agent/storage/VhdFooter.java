package io.yunqing.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/** Whether a VHD is whole in itself, as its footer says, of which a dynamic one has a copy in front. */
final class VhdFooter {

    private static final int LENGTH = 512;
    private static final long COOKIE = 0x636f6e6563746978L; // "conectix"
    private static final int FIXED = 2;
    private static final int DYNAMIC = 3;
    private static final int DIFFERENCING = 4;

    private VhdFooter() {}

    static @Nullable String objection(FileChannel file) throws IOException {
        var footer = Excerpt.of(file, file.size() - LENGTH, LENGTH, ByteOrder.BIG_ENDIAN);
        var front = Excerpt.of(file, 0, LENGTH, ByteOrder.BIG_ENDIAN);
        if (!isOne(footer)) {
            return isOne(front)
                    ? "it is truncated: a VHD's footer is missing at its end"
                    : "it is not a VHD file";
        }
        if (type(footer) == DIFFERENCING || (isOne(front) && type(front) == DIFFERENCING)) {
            return "it is a differencing VHD, which needs a parent; give a fixed or dynamic one";
        }
        // QEMU believes the copy in front.
        int expected = isOne(front) ? DYNAMIC : FIXED;
        return type(footer) == expected && (!isOne(front) || type(front) == expected)
                ? null
                : "it is neither a fixed nor a dynamic VHD";
    }

    private static boolean isOne(ByteBuffer bytes) {
        return bytes.getLong(0) == COOKIE;
    }

    private static int type(ByteBuffer bytes) {
        return bytes.getInt(60);
    }
}
