package io.yunqing.agent.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolXmlTest {

    @Test
    void aPoolIsWhereItIsHoweverThatIsWritten(@TempDir Path folder) throws Exception {
        Path pool = Files.createDirectory(folder.resolve("a & b"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), pool);
        Path other = Files.createDirectory(folder.resolve("other"));
        assertTrue(PoolXml.isAt(PoolXml.of("default", pool), pool));
        assertTrue(PoolXml.isAt(PoolXml.of("default", link), pool));
        assertFalse(PoolXml.isAt(PoolXml.of("default", other), pool));
        assertFalse(PoolXml.isAt(PoolXml.of("default", folder.resolve("gone")), pool));
        assertFalse(PoolXml.isAt("<pool type='rbd'><source/></pool>", pool));
        assertEquals("dir", PoolXml.type(PoolXml.of("default", pool)));
    }
}
