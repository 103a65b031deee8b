package io.yunqing.agent.storage;

import io.yunqing.api.BackupProgress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A repository's files, wherever they are, by names such as {@code FOLDER/FILE}. */
interface RepositoryFiles extends Closeable {

    /** Asked what a file is when all of its bytes are there and its name is not yet. */
    interface Description<T> {
        /**
         * @param sha256 of the bytes, 64 lower-case hex digits
         */
        T by(String sha256) throws IOException;
    }

    /** Where they are, as people call it. */
    String place();

    /** What to look at when it seems to be another place. */
    String doubt();

    /** A small file's content, if it is there. */
    Optional<byte[]> read(String name) throws IOException;

    /** Writes a small file for good, or replaces it. */
    void write(String name, byte[] content) throws IOException;

    /** How many bytes a file has, if it is there. */
    OptionalLong length(String name) throws IOException;

    /** Brings a file of this host here for good, and returns what it is: it is there whole or not at all, whenever this ends. */
    <T> T put(String name, Path from, Description<T> description, Consumer<BackupProgress> progress)
            throws IOException;

    /**
     * Brings a file to this host.
     *
     * @param bytes how many it has
     * @param to is not there
     * @return the digest of what was brought
     */
    String get(String name, long bytes, Path to) throws IOException;

    /** Removes files of one folder in this order, also what came of those that never became whole; none need be there. */
    void erase(List<String> names) throws IOException;

    @Override
    void close();
}
