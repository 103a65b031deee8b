package io.yunqing.agent.storage;

import io.yunqing.agent.platform.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Whether a directory's file system can be read past the page cache, as disks with {@code cache='none'} are. */
public final class DirectIo {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private DirectIo() {}

    public static boolean works(Path folder) throws IOException {
        // Of one name, so that whoever was killed here leaves nothing for long.
        Path probe = folder.resolve(".direct.part");
        try {
            Files.write(probe, new byte[0]);
            var dd = List.of("dd", "if=" + probe, "of=/dev/null", "iflag=direct", "count=1");
            return Tool.result(DEADLINE, dd).exitCode() == 0;
        } finally {
            Files.deleteIfExists(probe);
        }
    }
}
