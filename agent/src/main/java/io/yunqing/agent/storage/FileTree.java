package io.yunqing.agent.storage;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file, or a directory with all that is in it; symbolic links are files, and what they name is not touched. */
final class FileTree {

    private FileTree() {}

    /**
     * @param bytes how long the files are together
     * @param modified when one of them was last written
     */
    record Extent(long bytes, Instant modified) {}

    /** How much it is; what goes in the meantime does not count. */
    static Extent extent(Path root) throws IOException {
        var measure = new Measure();
        Files.walkFileTree(root, measure);
        if (measure.modified == null) {
            throw new NoSuchFileException(root.toString());
        }
        return new Extent(measure.bytes, measure.modified);
    }

    /** All plain files in it; what goes in the meantime may be among them. */
    static List<Path> files(Path root) throws IOException {
        var files = new ArrayList<Path>();
        Files.walkFileTree(
                root,
                new Visitor() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (attributes.isRegularFile()) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return files;
    }

    /** Files.exists says no as well when it cannot tell. */
    static boolean isThere(Path file) throws IOException {
        try {
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Deletes all of it; nothing being there is the aim, not an error. */
    static void delete(Path root) throws IOException {
        Files.walkFileTree(
                root,
                new Visitor() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, @Nullable IOException failure) throws IOException {
                        super.postVisitDirectory(folder, failure);
                        Files.deleteIfExists(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /** Goes on when a file has gone since it was listed. */
    private abstract static class Visitor extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }
    }

    private static final class Measure extends Visitor {
        private long bytes;
        private @Nullable Instant modified;

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes += attributes.size();
            note(attributes);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            note(attributes);
            return FileVisitResult.CONTINUE;
        }

        private void note(BasicFileAttributes attributes) {
            var written = attributes.lastModifiedTime().toInstant();
            if (modified == null || written.isAfter(modified)) {
                modified = written;
            }
        }
    }
}
