package io.yunqing.agent.domain;

import io.yunqing.api.agent.IoLimits;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * A disk in a domain's definition.
 *
 * @param target its place, such as {@code vdc}
 * @param files what it is read from: its own file and those that it stands on
 * @param limits how much its guest may do with it
 */
public record DomainDisk(String target, List<Path> files, IoLimits limits) {

    /**
     * All disks of a domain, in the order of its definition.
     *
     * @throws IllegalArgumentException if that is no definition: no disk would be seen where there are some
     */
    public static List<DomainDisk> of(String definition) {
        try {
            var disks = new ArrayList<DomainDisk>();
            for (Element disk : elements(SafeXml.parse(definition).getElementsByTagName("disk"))) {
                disks.add(new DomainDisk(target(disk), files(disk), IoTune.read(disk)));
            }
            return List.copyOf(disks);
        } catch (SAXException e) {
            throw new IllegalArgumentException("not a domain's definition: " + e.getMessage(), e);
        }
    }

    private static String target(Element disk) {
        var targets = elements(disk.getElementsByTagName("target"));
        return targets.isEmpty() ? "" : targets.getFirst().getAttribute("dev");
    }

    private static List<Path> files(Element disk) {
        var files = new ArrayList<Path>();
        for (Element source : elements(disk.getElementsByTagName("source"))) {
            try {
                files.add(Path.of(source.getAttribute("file")));
            } catch (InvalidPathException e) {
                // No file of ours is named so.
            }
        }
        return List.copyOf(files);
    }

    private static List<Element> elements(NodeList nodes) {
        var elements = new ArrayList<Element>();
        for (int i = 0; i < nodes.getLength(); i++) {
            if (nodes.item(i) instanceof Element element) {
                elements.add(element);
            }
        }
        return elements;
    }
}
