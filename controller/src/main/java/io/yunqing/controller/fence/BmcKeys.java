package io.yunqing.controller.fence;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * As whom the controller comes to BMCs: a file of its data directory with lines {@code HOST USER PASSWORD}, of which {@code *} is any
 * other host. Read anew each time, so that a password can be replaced while the controller runs.
 */
@ApplicationScoped
class BmcKeys {
    private static final String ANY = "*";
    private static final int WORDS = 3;
    private static final Set<PosixFilePermission> OTHERS =
            Set.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE);

    private final Path file;

    BmcKeys(@ConfigProperty(name = "yunqing.data") String data) {
        this.file = Path.of(data).resolve("bmc.keys");
    }

    /** A key, which is in nobody's logs by way of toString. */
    record Key(String user, String password) {
        @Override
        public String toString() {
            return "Key[…]";
        }
    }

    /**
     * @throws IOException if there is none for the host, or others can read it
     */
    Key of(String host) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " is not there: write lines HOST USER PASSWORD into it");
        }
        if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
            throw new IOException(file + " can be read by others: let its owner alone, chmod 600");
        }
        Key found = null;
        for (String line : Files.readAllLines(file)) {
            String[] words = line.strip().split("\\s+", WORDS);
            if (words.length == WORDS && words[0].equals(host)) {
                return new Key(words[1], words[2]);
            }
            if (words.length == WORDS && words[0].equals(ANY)) {
                found = new Key(words[1], words[2]);
            }
        }
        if (found == null) {
            throw new IOException(file + " has neither a line for the host nor one for *");
        }
        return found;
    }
}
