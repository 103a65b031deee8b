package io.yunqing.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether a VMDK is one file, whole in itself. The format's other kinds are lists of files to be read, wherever they are: only what is known to name
 * none is taken.
 */
final class VmdkHeader {

    private static final int SECTOR = 512;
    private static final int SPARSE = 0x564d444b; // "KDMV" in little-endian order
    private static final long AT_END = -1;

    /** As far as QEMU reads a description. */
    private static final int DESCRIPTION_BYTES = 20 * SECTOR;

    private static final Pattern EXTENT =
            Pattern.compile("^\\s*(RW|RDONLY|NOACCESS)\\s", Pattern.MULTILINE);
    private static final Pattern PARENT =
            Pattern.compile(
                    "parentFileNameHint|parentCID\\s*=\\s*(?!f{8}\\b)", Pattern.CASE_INSENSITIVE);

    private VmdkHeader() {}

    static @Nullable String objection(FileChannel file) throws IOException {
        var header = header(file, 0);
        if (text(header).startsWith("# Disk DescriptorFile")) {
            return "it is a VMDK that only names other files, which would let it read this host's files;"
                    + " give a monolithicSparse or streamOptimized one";
        }
        if (header.getInt(0) != SPARSE) {
            return "it is not a VMDK file of the kind monolithicSparse or streamOptimized";
        }
        if (capacity(header) <= 0 || header.getLong(28) != 1) {
            return "its description is not where a VMDK that is whole in itself has it";
        }
        if (header.getLong(56) == AT_END) {
            // QEMU believes the copy at the end.
            var footer = header(file, file.size() - 2 * SECTOR);
            if (footer.getInt(0) != SPARSE || capacity(footer) != capacity(header)) {
                return "it is truncated: the end of a streamOptimized VMDK is missing or another one's";
            }
        }
        var text = text(Excerpt.of(file, SECTOR, DESCRIPTION_BYTES, ByteOrder.LITTLE_ENDIAN));
        if (PARENT.matcher(text).find()) {
            return "it names a parent, which would let it read this host's files";
        }
        return EXTENT.matcher(text).results().count() == 1
                ? null
                : "its description must list one extent, itself";
    }

    private static ByteBuffer header(FileChannel file, long at) throws IOException {
        return Excerpt.of(file, at, SECTOR, ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }

    /** In sectors. */
    private static long capacity(ByteBuffer header) {
        return header.getLong(12);
    }
}
