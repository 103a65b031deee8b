package io.yunqing.agent.seed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * A few files in one directory as an ISO 9660 file system. Pure: the same files give the same bytes.
 *
 * <p>ISO 9660 itself knows short upper-case names only, so the true names are there twice: in Rock Ridge entries, which
 * Linux and the BSDs read, and in a second directory after Joliet, which Windows reads. Both point to the same bytes.
 *
 * <p>Sectors: 0 to 15 are left to whoever boots; 16 and 17 describe the volume and its Joliet twin, 18 ends the
 * descriptions; 19 and 20 are the path table in either byte order, 21 and 22 the twin's; 23 is the directory, 24 the
 * twin's; the files follow.
 */
final class Iso9660 {

    /** A file by the name it is to have; names differ within their first eight characters. */
    @SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
    record File(String name, byte[] content) {

        /** The name that plain ISO 9660 allows. */
        private String shortName() {
            String word = name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
            return word.substring(0, Math.min(8, word.length())) + ".;1";
        }

        private int sectors() {
            return Math.max(1, Math.ceilDiv(content.length, SECTOR));
        }
    }

    /**
     * One of the volume's two descriptions, and where its parts are.
     *
     * @param escape which character set its names are in; nothing for plain ISO 9660
     */
    private record Tree(
            int type, String escape, Charset charset, int paths, int directory, boolean rockRidge) {

        byte[] bytes(String text) {
            return text.getBytes(charset);
        }
    }

    static final int SECTOR = 2048;

    private static final Tree PLAIN = new Tree(1, "", StandardCharsets.US_ASCII, 19, 23, true);
    private static final Tree JOLIET = new Tree(2, "%/E", StandardCharsets.UTF_16BE, 21, 24, false);
    private static final int END_OF_DESCRIPTIONS = 255;
    private static final int FIRST_DESCRIPTION = 16;
    private static final int FIRST_FILE = 25;

    private static final byte[] SELF = {0};
    private static final byte[] PARENT = {1};
    private static final int PATH_TABLE_BYTES = 10;
    private static final int IS_DIRECTORY = 2;
    private static final int DIRECTORY_MODE = 0040555;
    private static final int FILE_MODE = 0100444;

    /** 1970, as a time of day would make two images of one seed differ. */
    private static final byte[] LONG_AGO = {70, 1, 1, 0, 0, 0, 0};

    private final String label;
    private final List<File> files;
    private final int sectors;
    private final ByteBuffer image;

    private Iso9660(String label, List<File> files) {
        this.label = label;
        this.files = files;
        this.sectors = FIRST_FILE + files.stream().mapToInt(File::sectors).sum();
        this.image = ByteBuffer.allocate(Math.multiplyExact(sectors, SECTOR));
    }

    /**
     * @param label at most 16 characters of ASCII
     * @param files as many as one sector can name, which is a dozen
     */
    static byte[] of(String label, List<File> files) {
        var names = new HashSet<String>();
        for (File file : files) {
            if (!names.add(file.shortName())) {
                throw new IllegalArgumentException(
                        "two files whose names begin like " + file.name());
            }
        }
        var sorted = new ArrayList<>(files);
        sorted.sort(Comparator.comparing(File::shortName));
        return new Iso9660(label, sorted).write();
    }

    private byte[] write() {
        for (Tree tree : List.of(PLAIN, JOLIET)) {
            describe(tree);
            pathTable(tree, ByteOrder.LITTLE_ENDIAN, tree.paths());
            pathTable(tree, ByteOrder.BIG_ENDIAN, tree.paths() + 1);
            directory(tree);
        }
        at(FIRST_DESCRIPTION + 2).put((byte) END_OF_DESCRIPTIONS).put(ascii("CD001")).put((byte) 1);
        int sector = FIRST_FILE;
        for (File file : files) {
            at(sector).put(file.content());
            sector += file.sectors();
        }
        return image.array();
    }

    private void describe(Tree tree) {
        at(FIRST_DESCRIPTION + tree.type() - 1);
        image.put((byte) tree.type()).put(ascii("CD001")).put((byte) 1).put((byte) 0);
        text(tree, "", 32); // the system that it boots
        text(tree, label, 32);
        skip(8);
        both(sectors);
        image.put(ascii(tree.escape()));
        skip(32 - tree.escape().length());
        bothShort(1); // volumes in the set
        bothShort(1); // this one's number
        bothShort(SECTOR);
        both(PATH_TABLE_BYTES);
        ordered(tree.paths(), ByteOrder.LITTLE_ENDIAN);
        skip(4);
        ordered(tree.paths() + 1, ByteOrder.BIG_ENDIAN);
        skip(4);
        entry(SELF, tree.directory(), SECTOR, IS_DIRECTORY, new byte[0]);
        for (int length : new int[] {128, 128, 128, 128, 37, 37, 37}) {
            text(tree, "", length); // who made it, with what, under which rights
        }
        for (int i = 0; i < 4; i++) {
            image.put(ascii("0".repeat(16))).put((byte) 0); // when: not said
        }
        image.put((byte) 1);
    }

    private void pathTable(Tree tree, ByteOrder order, int sector) {
        at(sector).put((byte) SELF.length).put((byte) 0);
        ordered(tree.directory(), order);
        image.putShort(order == ByteOrder.BIG_ENDIAN ? (short) 1 : Short.reverseBytes((short) 1));
        image.put(SELF);
    }

    private void directory(Tree tree) {
        at(tree.directory());
        byte[] self = tree.rockRidge() ? joined(sharing(), mode(DIRECTORY_MODE, 2)) : new byte[0];
        byte[] parent = tree.rockRidge() ? mode(DIRECTORY_MODE, 2) : new byte[0];
        entry(SELF, tree.directory(), SECTOR, IS_DIRECTORY, self);
        entry(PARENT, tree.directory(), SECTOR, IS_DIRECTORY, parent);
        int sector = FIRST_FILE;
        for (File file : files) {
            byte[] name = tree.bytes(tree.rockRidge() ? file.shortName() : file.name());
            byte[] more =
                    tree.rockRidge() ? joined(name(file.name()), mode(FILE_MODE, 1)) : new byte[0];
            entry(name, sector, file.content().length, 0, more);
            sector += file.sectors();
        }
        if (image.position() > (tree.directory() + 1) * SECTOR) {
            throw new IllegalArgumentException(files.size() + " files do not fit one directory");
        }
    }

    /** One file or directory as its directory names it; {@code more} is what Rock Ridge adds. */
    private void entry(byte[] name, int sector, int size, int flags, byte[] more) {
        int padding = 1 - name.length % 2;
        int length = 33 + name.length + padding + more.length;
        image.put((byte) (length + length % 2)).put((byte) 0);
        both(sector);
        both(size);
        image.put(LONG_AGO).put((byte) flags).put((byte) 0).put((byte) 0);
        bothShort(1);
        image.put((byte) name.length).put(name);
        skip(padding);
        image.put(more);
        skip(length % 2);
    }

    /** Says that there are Rock Ridge entries, and by which edition. */
    private static byte[] sharing() {
        byte[] edition = ascii("RRIP_1991A");
        return ByteBuffer.allocate(15 + edition.length)
                .put(ascii("SP"))
                .put(new byte[] {7, 1, (byte) 0xbe, (byte) 0xef, 0})
                .put(ascii("ER"))
                .put(new byte[] {(byte) (8 + edition.length), 1, (byte) edition.length, 0, 0, 1})
                .put(edition)
                .array();
    }

    private static byte[] name(String name) {
        byte[] bytes = ascii(name);
        return ByteBuffer.allocate(5 + bytes.length)
                .put(ascii("NM"))
                .put(new byte[] {(byte) (5 + bytes.length), 1, 0})
                .put(bytes)
                .array();
    }

    /** Type and permissions, of nobody but root. */
    private static byte[] mode(int mode, int links) {
        var entry = ByteBuffer.allocate(36).put(ascii("PX")).put(new byte[] {36, 1});
        for (int value : new int[] {mode, links, 0, 0}) {
            entry.order(ByteOrder.LITTLE_ENDIAN).putInt(value);
            entry.order(ByteOrder.BIG_ENDIAN).putInt(value);
        }
        return entry.array();
    }

    private ByteBuffer at(int sector) {
        return image.position(sector * SECTOR);
    }

    private void skip(int bytes) {
        image.position(image.position() + bytes);
    }

    /** A field of a fixed length, filled up with spaces. */
    private void text(Tree tree, String text, int length) {
        byte[] padded = tree.bytes(text + " ".repeat(length));
        image.put(padded, 0, length);
    }

    private void both(int value) {
        ordered(value, ByteOrder.LITTLE_ENDIAN);
        ordered(value, ByteOrder.BIG_ENDIAN);
    }

    private void bothShort(int value) {
        image.putShort(Short.reverseBytes((short) value)).putShort((short) value);
    }

    private void ordered(int value, ByteOrder order) {
        image.putInt(order == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
