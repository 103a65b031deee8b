package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.XmlText;
import io.yunqing.api.PoolType;
import io.yunqing.api.agent.PoolPlace;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The little that is said and read of storage pools. */
final class PoolXml {

    private static final Pattern TYPE = Pattern.compile("<pool type=['\"]([a-z0-9-]+)['\"]");

    private static final Pattern PATH = Pattern.compile("<path>([^<]+)</path>");

    private PoolXml() {}

    static String of(String name, Path folder) {
        return """
        <pool type='dir'>
          <name>%s</name>
          <target>
            <path>%s</path>
          </target>
        </pool>
        """
                .formatted(XmlText.escaped(name), XmlText.escaped(folder.toString()));
    }

    /** A pool of files beside the host's own. */
    static String of(String name, PoolPlace pool, Path folder) {
        if (pool.type() == PoolType.DIRECTORY) {
            return of(name, folder);
        }
        var server = URI.create(pool.url());
        return """
        <pool type='netfs'>
          <name>%s</name>
          <source>
            <host name='%s'/>
            <dir path='%s'/>
            <format type='nfs'/>
          </source>
          <target>
            <path>%s</path>
          </target>
        </pool>
        """
                .formatted(
                        XmlText.escaped(name),
                        XmlText.escaped(server.getHost()),
                        XmlText.escaped(server.getPath()),
                        XmlText.escaped(folder.toString()));
    }

    /** Whether the pool is this directory, by whatever name. */
    static boolean isAt(String xml, Path folder) {
        var path = PATH.matcher(xml);
        if (!path.find()) {
            return false;
        }
        String written = path.group(1);
        try {
            return written.equals(XmlText.escaped(folder.toString()))
                    || Files.isSameFile(Path.of(written), folder);
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    /** libvirt writes the type first thing. */
    static String type(String xml) {
        var type = TYPE.matcher(xml);
        return type.find() ? type.group(1) : "unknown";
    }
}
