package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.SafeXml;
import io.yunqing.agent.domain.XmlText;
import io.yunqing.agent.storage.DiskSource;
import io.yunqing.api.agent.PoolPlace;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

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

    /**
     * A pool beside the host's own.
     *
     * @param folder where a pool of files is
     * @param ceph as whom a pool of Ceph is come to
     */
    static String of(String name, PoolPlace pool, Path folder, DiskSource.@Nullable Login ceph) {
        return switch (pool.type()) {
            case DIRECTORY -> of(name, folder);
            case NFS -> nfs(name, URI.create(pool.url()), folder);
            case LVM -> lvm(name, URI.create(pool.url()).getAuthority());
            case RBD ->
                    rbd(
                            name,
                            URI.create(pool.url()).getPath().substring(1),
                            DiskSource.Ceph.of(pool.url(), ceph));
        };
    }

    private static String nfs(String name, URI server, Path folder) {
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

    private static String lvm(String name, String group) {
        return """
        <pool type='logical'>
          <name>%1$s</name>
          <source>
            <name>%2$s</name>
            <format type='lvm2'/>
          </source>
          <target>
            <path>/dev/%2$s</path>
          </target>
        </pool>
        """
                .formatted(XmlText.escaped(name), XmlText.escaped(group));
    }

    private static String rbd(String name, String cephPool, DiskSource.Ceph cluster) {
        var source = new StringBuilder();
        for (DiskSource.Monitor monitor : cluster.monitors()) {
            String port = monitor.port() == null ? "" : " port='%d'".formatted(monitor.port());
            source.append(
                    "    <host name='%s'%s/>\n".formatted(XmlText.escaped(monitor.host()), port));
        }
        source.append("    <name>%s</name>\n".formatted(XmlText.escaped(cephPool)));
        var login = cluster.login();
        if (login != null) {
            source.append(
                    """
                        <auth type='ceph' username='%s'>
                          <secret uuid='%s'/>
                        </auth>
                    """
                            .formatted(XmlText.escaped(login.user()), login.secret()));
        }
        return """
        <pool type='rbd'>
          <name>%s</name>
          <source>
        %s  </source>
        </pool>
        """
                .formatted(XmlText.escaped(name), source);
    }

    /** Whether two pools that are no directories are of one type, at one place, and come to in one way. */
    static boolean isOfSameSource(String xml, String other) {
        return source(xml).equals(source(other));
    }

    private static Set<String> source(String xml) {
        try {
            Element pool = SafeXml.parse(xml);
            var words = new HashSet<>(Set.of(pool.getAttribute("type")));
            var elements = pool.getElementsByTagName("*");
            for (int i = 0; i < elements.getLength(); i++) {
                var element = (Element) elements.item(i);
                String tag = element.getTagName();
                for (String attribute : List.of("name", "port", "username", "uuid")) {
                    if (element.hasAttribute(attribute)) {
                        words.add(tag + " " + attribute + " " + element.getAttribute(attribute));
                    }
                }
                if (tag.equals("name")) {
                    words.add(tag + " " + element.getTextContent());
                }
            }
            return words;
        } catch (SAXException e) {
            throw new IllegalArgumentException("not a pool's definition: " + e.getMessage(), e);
        }
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
