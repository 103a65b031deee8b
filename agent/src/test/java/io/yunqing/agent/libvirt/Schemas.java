package io.yunqing.agent.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.yunqing.agent.platform.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** libvirt's own words on what its XML is. */
public final class Schemas {

    private static final Path FOLDER = Path.of("/usr/share/libvirt/schemas");
    private static final Path XMLLINT = Path.of("/usr/bin/xmllint");

    private Schemas() {}

    /**
     * Asserts that this is what libvirt takes.
     *
     * @param schema such as {@code domain}
     */
    public static void assertValid(String schema, String xml) throws IOException {
        assumeTrue(
                Files.isDirectory(FOLDER) && Files.isExecutable(XMLLINT),
                "libvirt's schemas or xmllint are not installed (Debian packages libvirt-daemon, libxml2-utils)");
        var result =
                Tool.result(
                        Duration.ofMinutes(1),
                        List.of(
                                XMLLINT.toString(),
                                "--noout",
                                "--relaxng",
                                FOLDER.resolve(schema + ".rng").toString(),
                                "-"),
                        xml);
        assertEquals(0, result.exitCode(), result.output() + xml);
    }
}
