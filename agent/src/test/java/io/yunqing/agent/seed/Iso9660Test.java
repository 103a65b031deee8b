package io.yunqing.agent.seed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.yunqing.agent.platform.Tool;
import io.yunqing.agent.seed.Iso9660.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written, as a program of others (cdrkit's isoinfo) reads it. */
class Iso9660Test {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir Path folder;
    private Path iso;

    @BeforeEach
    void requireReader() {
        iso = folder.resolve("a.iso");
        boolean there =
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(dir -> Files.isExecutable(Path.of(dir, "isoinfo")));
        if (!there) {
            System.err.println(
                    "Iso9660Test is skipped: isoinfo is missing (Debian package genisoimage)");
        }
        assumeTrue(there, "isoinfo is missing");
    }

    @Test
    void theVolumeIsWhatItSays() throws IOException {
        write(List.of(file("meta-data", "x")));
        String said = isoinfo("-d");
        for (String line :
                List.of(
                        "CD-ROM is in ISO 9660 format",
                        "Volume id: cidata",
                        "Volume set size is: 1",
                        "Logical block size is: 2048",
                        "Volume size is: 26",
                        "Joliet with UCS level 3 found",
                        "Rock Ridge signatures version 1 found")) {
            assertTrue(said.contains(line), () -> "lacks '" + line + "':\n" + said);
        }
        assertEquals(26 * 2048, Files.size(iso));
        // Linux takes the names only when the edition is named too.
        String bytes = Files.readString(iso, StandardCharsets.ISO_8859_1);
        assertTrue(bytes.contains("ER\u0012\u0001\n\0\0\u0001RRIP_1991A"));
    }

    @Test
    void theTrueNamesAreReadInBothWaysAndNobodyMayWrite() throws IOException {
        write(
                List.of(
                        file("user-data", "#cloud-config\n{}\n"),
                        file("meta-data", "instance-id: a\n"),
                        file("network-config", "version: 2\n")));
        String rockRidge = isoinfo("-R", "-l");
        assertEquals(
                List.of(
                        "dr-xr-xr-x 2 0 0 2048 1970 .",
                        "dr-xr-xr-x 2 0 0 2048 1970 ..",
                        "-r--r--r-- 1 0 0 15 1970 meta-data",
                        "-r--r--r-- 1 0 0 11 1970 network-config",
                        "-r--r--r-- 1 0 0 17 1970 user-data"),
                listed(rockRidge));
        assertEquals(
                List.of("/meta-data", "/network-config", "/user-data"),
                isoinfo("-J", "-f").lines().sorted().toList());
        assertEquals(
                List.of("/META_DAT.;1", "/NETWORK_.;1", "/USER_DAT.;1"),
                isoinfo("-f").lines().sorted().toList());
    }

    @Test
    void everyFileComesBackWhole() throws IOException {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 5; round++) {
            var files = new ArrayList<File>();
            for (int i = 0; i < 1 + random.nextInt(8); i++) {
                var content = new byte[sizes()[random.nextInt(sizes().length)]];
                random.nextBytes(content);
                files.add(new File(i + "-" + "x".repeat(random.nextInt(20)), content));
            }
            write(files);
            for (File file : files) {
                for (String names : List.of("-R", "-J")) {
                    assertArrayEquals(
                            file.content(),
                            extracted(names, "/" + file.name()),
                            () -> file.name() + " by " + names + ", seed " + seed);
                }
            }
        }
    }

    @Test
    void theSameFilesGiveTheSameBytesInWhateverOrderTheyCome() {
        var files =
                List.of(file("meta-data", "a"), file("user-data", "b"), file("network-config", ""));
        assertArrayEquals(Iso9660.of("cidata", files), Iso9660.of("cidata", files.reversed()));
    }

    @Test
    void whatOneDirectoryCannotNameIsRefused() {
        var twins = List.of(file("user-data-1", ""), file("user-data-2", ""));
        assertThrows(IllegalArgumentException.class, () -> Iso9660.of("cidata", twins));
        var many = Stream.iterate(0, i -> i + 1).limit(40).map(i -> file(i + "x", "")).toList();
        assertThrows(IllegalArgumentException.class, () -> Iso9660.of("cidata", many));
    }

    private static int[] sizes() {
        return new int[] {0, 1, 2047, 2048, 2049, 70_000};
    }

    private static File file(String name, String text) {
        return new File(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(List<File> files) throws IOException {
        Files.write(iso, Iso9660.of("cidata", files));
    }

    /** Permissions, links, owner, group, size, year and name of each entry. */
    private static List<String> listed(String listing) {
        return listing.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 10)
                .map(words ->
                        String.join(
                                " ",
                                words[0],
                                words[1],
                                words[2],
                                words[3],
                                words[4],
                                words[7],
                                words[words.length - 1]))
                .toList();
    }

    private String isoinfo(String... words) throws IOException {
        var command = new ArrayList<>(List.of("isoinfo", "-i", iso.toString()));
        command.addAll(Arrays.asList(words));
        var result = Tool.result(SOON, command);
        assertEquals(0, result.exitCode(), result::output);
        return result.output();
    }

    private byte[] extracted(String names, String path) throws IOException {
        Path out = folder.resolve("out");
        var process =
                new ProcessBuilder("isoinfo", "-i", iso.toString(), names, "-x", path)
                        .redirectOutput(out.toFile())
                        .start();
        try {
            assertTrue(process.waitFor(SOON), "isoinfo ended");
            return Files.readAllBytes(out);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
