package io.yunqing.controller.postgres;

import io.yunqing.controller.datafolder.DataFolder;
import io.yunqing.controller.datafolder.PrivateFile;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The PostgreSQL programs, unpacked from the class path into a folder named after their version. */
record Binaries(Path folder, String version) {
    private static final String ARCHIVE = "postgres-linux-x86_64.txz";
    private static final int OWNER_EXECUTE = 0100;

    /** Unpacks the programs unless that was done before; keeps no other version. */
    static Binaries unpack(Path home) throws IOException {
        String version = versionOnClassPath();
        Path folder = home.resolve(version);
        if (!Files.isDirectory(folder)) {
            PrivateFile.folder(home);
            Path next = home.resolve("unpacking");
            DataFolder.deleteTree(next);
            extract(next);
            // A thousand small files: one sync of the file system instead of one per file.
            Command.plain("sync", "-f", next.toString()).run();
            Files.move(next, folder, StandardCopyOption.ATOMIC_MOVE);
            PrivateFile.syncFolder(home);
        }
        try (var versions = Files.list(home)) {
            for (Path other : versions.filter(each -> !each.equals(folder)).toList()) {
                DataFolder.deleteTree(other);
            }
        }
        return new Binaries(folder, version);
    }

    String program(String name) {
        return folder.resolve("bin").resolve(name).toString();
    }

    String major() {
        return version.substring(0, version.indexOf('.'));
    }

    /** Sends a signal by PostgreSQL's own tool: Java knows only the two that mean something else to a server. */
    void signal(String signal, ProcessHandle process) throws IOException {
        try {
            Command.program(program("pg_ctl"), "kill", signal, Long.toString(process.pid())).run();
        } catch (IOException e) {
            if (process.isAlive()) {
                throw e;
            }
        }
    }

    private static String versionOnClassPath() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = resource("postgres.properties")) {
            properties.load(in);
        }
        String version = properties.getProperty("version", "");
        if (!version.matches("\\d+\\.\\d+\\.\\d+")) {
            throw new IOException("postgres.properties names no version: " + version);
        }
        return version;
    }

    private static InputStream resource(String name) throws IOException {
        InputStream in = Binaries.class.getClassLoader().getResourceAsStream(name);
        if (in == null) {
            throw new FileNotFoundException(name + " is not on the class path");
        }
        return in;
    }

    private static void extract(Path target) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(
                        new XZInputStream(new BufferedInputStream(resource(ARCHIVE))))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException(ARCHIVE + " leaves its folder: " + entry.getName());
                }
                extract(tar, entry, path);
            }
        }
    }

    private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
            throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, path);
        boolean program = (entry.getMode() & OWNER_EXECUTE) != 0;
        Files.setPosixFilePermissions(
                path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
    }
}
