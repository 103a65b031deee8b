package io.yunqing.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Whether a VHDX is whole in itself, as its metadata say. */
final class VhdxHeader {

    private static final long SIGNATURE = 0x656c696678646876L; // "vhdxfile" in little-endian order
    private static final int REGIONS = 0x69676572; // "regi"
    private static final long METADATA = 0x617461646174656dL; // "metadata"
    private static final int TABLE_BYTES = 64 * 1024;

    /** Two copies, of which QEMU takes the first sound one. */
    private static final long[] REGION_TABLES = {192 * 1024, 256 * 1024};

    private static final UUID METADATA_REGION =
            UUID.fromString("8b7ca206-4790-4b9a-b8fe-575f050f886e");
    private static final UUID FILE_PARAMETERS =
            UUID.fromString("caa16737-fa36-4d43-b3b6-33f0aa44e76b");
    private static final UUID PARENT_LOCATOR =
            UUID.fromString("a8d35f2d-b30b-454d-abf7-d3d84834ab0c");
    private static final int HAS_PARENT = 1 << 1;

    private static final String DIFFERENCING =
            "it is a differencing VHDX, which needs a parent; give a fixed or dynamic one";

    private VhdxHeader() {}

    static @Nullable String objection(FileChannel file) throws IOException {
        if (Excerpt.of(file, 0, 8, ByteOrder.LITTLE_ENDIAN).getLong(0) != SIGNATURE) {
            return "it is not a VHDX file";
        }
        boolean found = false;
        for (long at : REGION_TABLES) {
            var regions = table(file, at);
            var metadata =
                    regions.getInt(0) == REGIONS
                            ? find(regions, 16, regions.getInt(8), METADATA_REGION)
                            : OptionalLong.empty();
            if (metadata.isPresent()) {
                String objection = objection(file, metadata.getAsLong());
                if (objection != null) {
                    return objection;
                }
                found = true;
            }
        }
        return found ? null : "it is damaged: a VHDX's metadata are missing";
    }

    private static @Nullable String objection(FileChannel file, long at) throws IOException {
        var items = table(file, at);
        int count = Short.toUnsignedInt(items.getShort(10));
        if (items.getLong(0) != METADATA) {
            return "it is damaged: a VHDX's metadata are not where its regions say";
        }
        if (find(items, 32, count, PARENT_LOCATOR).isPresent()) {
            return DIFFERENCING;
        }
        var parameters = find(items, 32, count, FILE_PARAMETERS);
        if (parameters.isEmpty()) {
            return "it is damaged: a VHDX's parameters are missing";
        }
        long item = at + (parameters.getAsLong() & 0xffff_ffffL);
        int flags = Excerpt.of(file, item, 8, ByteOrder.LITTLE_ENDIAN).getInt(4);
        return (flags & HAS_PARENT) == 0 ? null : DIFFERENCING;
    }

    private static ByteBuffer table(FileChannel file, long at) throws IOException {
        return Excerpt.of(file, at, TABLE_BYTES, ByteOrder.LITTLE_ENDIAN);
    }

    /** The eight bytes behind an entry's id; entries have 32 bytes. */
    private static OptionalLong find(ByteBuffer table, int first, int count, UUID id) {
        for (int i = 0, at = first; i < count && at + 32 <= TABLE_BYTES; i++, at += 32) {
            if (id(table, at).equals(id)) {
                return OptionalLong.of(table.getLong(at + 16));
            }
        }
        return OptionalLong.empty();
    }

    /** The first three fields are little-endian numbers, the rest is as it is written. */
    private static UUID id(ByteBuffer table, int at) {
        long high =
                ((table.getInt(at) & 0xffff_ffffL) << 32)
                        | ((table.getShort(at + 4) & 0xffffL) << 16)
                        | (table.getShort(at + 6) & 0xffffL);
        return new UUID(high, Long.reverseBytes(table.getLong(at + 8)));
    }
}
