package io.yunqing.agent.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;

/**
 * The access keys of S3-compatible stores that this host's operator has put here: sections by repository, and {@code default}, each with
 * {@code aws_access_key_id} and {@code aws_secret_access_key}. Looked up anew each time, so that a key can be replaced while the agent runs.
 */
public record StoreKeys(Path file) {

    private static final String DEFAULT = "default";
    private static final Set<PosixFilePermission> OTHERS =
            Set.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE);

    /** A key, which is in nobody's logs by way of toString. */
    record Key(String id, String secret) {

        /** Words of somebody else's without it. */
        String hidden(String words) {
            return words.replace(id, "…").replace(secret, "…");
        }

        @Override
        public String toString() {
            return "Key[…]";
        }
    }

    /** The key to a repository's store. */
    Key of(String repository) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw refused(repository, "is not there; write it on every host");
        }
        if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
            throw refused(repository, "can be read by others; let its owner alone: chmod 600");
        }
        var sections = sections(repository);
        var section =
                sections.profile(repository)
                        .or(() -> sections.profile(DEFAULT))
                        .orElseThrow(() ->
                                refused(
                                        repository,
                                        "has neither section [%s] nor [%s]"
                                                .formatted(repository, DEFAULT)));
        return new Key(
                value(repository, section, "aws_access_key_id"),
                value(repository, section, "aws_secret_access_key"));
    }

    private ProfileFile sections(String repository) throws IOException {
        try {
            return ProfileFile.builder().content(file).type(ProfileFile.Type.CREDENTIALS).build();
        } catch (IllegalArgumentException e) {
            // What is said of a line may hold the line.
            throw refused(repository, "is not made of [SECTIONS] with lines NAME = VALUE");
        }
    }

    private String value(String repository, Profile section, String name) throws IOException {
        return section.property(name)
                .filter(value -> !value.isBlank())
                .orElseThrow(() ->
                        refused(
                                repository,
                                "has no %s in section [%s]".formatted(name, section.name())));
    }

    private IOException refused(String repository, String why) {
        return new IOException(
                "repository %s: this host's file of access keys, %s, %s"
                        .formatted(repository, file, why));
    }
}
