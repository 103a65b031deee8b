package io.yunqing.agent.storage;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.yunqing.agent.Backups;
import io.yunqing.api.agent.RepositoryPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Backups in a repository that is a directory. */
class FolderBackupsTest extends VolumeBackupsContract {

    @Override
    RepositoryPlace vault(boolean used) {
        try {
            return Backups.place("file://" + Files.createDirectories(vault()), used);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    StoreKeys keys() {
        return new StoreKeys(folder.resolve("none"));
    }

    @Override
    List<String> names() throws IOException {
        try (var all = Files.walk(vault())) {
            return all.filter(Files::isRegularFile)
                    .map(path -> vault().relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    @Override
    byte[] content(String name) throws IOException {
        return Files.readAllBytes(vault().resolve(name));
    }

    @Override
    void put(String name, byte[] content) throws IOException {
        Files.createDirectories(vault().resolve(name).getParent());
        Files.write(vault().resolve(name), content);
    }

    @Override
    void remove(String name) throws IOException {
        Files.delete(vault().resolve(name));
    }

    @Override
    void putHalf(String name) throws IOException {
        put(name + ".part", new byte[1000]);
    }

    /** Whoever has the directory needs no more than qemu-img. */
    @Override
    void look(String file, Path expected) throws IOException {
        compare(vault().resolve(file), expected);
    }

    @Test
    void aDirectoryThatIsNotThereIsNotMade() throws Exception {
        var backup = Backups.full(Backups.ID, vault(true));
        assertFault("is everything mounted there?", () -> backups.find(backup));
        Files.delete(vault());
        assertFault("there is no directory", () -> backups.find(backup));
        assertFalse(Files.exists(vault()));
    }

    /** As an agent does that is older than buckets. */
    @Test
    void aBucketIsSaidToBeNoFolder() {
        var place = Backups.place(RepositoryPlace.NO_FOLDER, false);
        assertFault(
                "there is no directory /dev/null/",
                () -> backups.find(Backups.full(Backups.ID, place)));
    }

    private Path vault() {
        return folder.resolve("vault");
    }
}
