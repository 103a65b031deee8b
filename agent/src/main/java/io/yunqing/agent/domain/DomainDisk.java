package io.yunqing.agent.domain;

import io.yunqing.agent.storage.DiskSource;
import io.yunqing.api.agent.IoLimits;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * A disk in a domain's definition.
 *
 * @param target its place, such as {@code vdc}
 * @param sources what it is read from: its own and what that stands on
 * @param limits how much its guest may do with it
 */
public record DomainDisk(String target, List<DiskSource> sources, IoLimits limits) {

    /**
     * All disks of a domain, in the order of its definition.
     *
     * @throws IllegalArgumentException if that is no definition: no disk would be seen where there are some
     */
    public static List<DomainDisk> of(String definition) {
        try {
            var disks = new ArrayList<DomainDisk>();
            for (Element disk : elements(SafeXml.parse(definition).getElementsByTagName("disk"))) {
                disks.add(new DomainDisk(target(disk), sources(disk), IoTune.read(disk)));
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

    private static List<DiskSource> sources(Element disk) {
        var sources = new ArrayList<DiskSource>();
        for (Element source : elements(disk.getElementsByTagName("source"))) {
            try {
                source(source).ifPresent(sources::add);
            } catch (InvalidPathException e) {
                // Nothing of ours is named so.
            }
        }
        return List.copyOf(sources);
    }

    private static Optional<DiskSource> source(Element source) {
        if (source.hasAttribute("file")) {
            return Optional.of(new DiskSource.File(Path.of(source.getAttribute("file"))));
        }
        if (source.hasAttribute("dev")) {
            return Optional.of(new DiskSource.Block(Path.of(source.getAttribute("dev"))));
        }
        return source.getAttribute("protocol").equals("rbd")
                ? Optional.of(new DiskSource.Rbd(source.getAttribute("name"), null))
                : Optional.empty();
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
