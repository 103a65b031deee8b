package io.yunqing.agent.libvirt;

import io.yunqing.agent.domain.XmlText;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The little that is said and read of storage pools. */
final class PoolXml {

    private static final Pattern TYPE = Pattern.compile("<pool type=['\"]([a-z0-9-]+)['\"]");

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

    /** libvirt writes the type first thing. */
    static String type(String xml) {
        var type = TYPE.matcher(xml);
        return type.find() ? type.group(1) : "unknown";
    }
}
