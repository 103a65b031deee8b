package io.yunqing.agent.domain;

import io.yunqing.api.agent.InstanceSize;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * How large guests can become while they are on. That is decided when they are defined, as firmware and kernel are told of it when they
 * start.
 */
public final class DomainRoom {

    /** As large as this many times what it starts with. */
    private static final int TIMES = 4;

    /** A guest is told of each that it could be given. */
    private static final int MOST_VCPUS = 64;

    /** How often memory can be added. */
    static final int SLOTS = 8;

    private static final int KIB_PER_MIB = 1024;

    private DomainRoom() {}

    /** That of a guest that starts with so much. */
    static InstanceSize of(int vcpus, long memoryMiB) {
        return new InstanceSize(
                Math.max(vcpus, Math.min(MOST_VCPUS, vcpus * TIMES)), memoryMiB * TIMES);
    }

    /**
     * That of a domain.
     *
     * @param has how large it is
     * @throws IllegalArgumentException if that is no definition
     */
    public static InstanceSize read(String definition, InstanceSize has) {
        try {
            var domain = SafeXml.parse(definition);
            var vcpu = domain.getElementsByTagName("vcpu").item(0);
            var memory = domain.getElementsByTagName("maxMemory").item(0);
            int added = domain.getElementsByTagName("memory").getLength() - 1;
            boolean open =
                    memory instanceof Element element
                            && Integer.parseInt(element.getAttribute("slots")) > added;
            return new InstanceSize(
                    vcpu == null ? has.vcpus() : Integer.parseInt(vcpu.getTextContent().strip()),
                    open
                            ? Long.parseLong(memory.getTextContent().strip()) / KIB_PER_MIB
                            : has.memoryMiB());
        } catch (SAXException e) {
            throw new IllegalArgumentException("not a domain's definition: " + e.getMessage(), e);
        }
    }
}
