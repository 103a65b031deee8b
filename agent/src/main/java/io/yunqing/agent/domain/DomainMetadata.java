package io.yunqing.agent.domain;

import io.yunqing.api.agent.Machine;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.xml.sax.SAXException;

/**
 * What our element in a domain's metadata says.
 *
 * @param boot how many times it was to be started anew when it was last defined while it was off
 * @param machine the {@link Machine#word} of what it was then defined with
 */
public record DomainMetadata(UUID id, long epoch, int boot, String machine) {

    private static final String PLAIN = Machine.PLAIN.word();

    /** Changes only if what is written there changes its meaning: domains outlive agents. */
    public static final String NAMESPACE = "urn:yunqing:instance:1";

    public static final String PREFIX = "yunqing";

    /** Of one that was never defined while it was off. */
    public static DomainMetadata none(UUID id) {
        return new DomainMetadata(id, 0, 0, PLAIN);
    }

    /** Empty-handed rather than failing: somebody else may have written there. */
    public static @Nullable DomainMetadata parse(String xml) {
        try {
            var element = SafeXml.parse(xml);
            String boot = element.getAttribute("boot");
            String machine = element.getAttribute("machine");
            return new DomainMetadata(
                    UUID.fromString(element.getAttribute("id")),
                    Long.parseLong(element.getAttribute("epoch")),
                    boot.isEmpty() ? 0 : Integer.parseInt(boot),
                    machine.isEmpty() ? PLAIN : machine);
        } catch (SAXException | IllegalArgumentException e) {
            return null;
        }
    }
}
