package io.yunqing.agent.domain;

import java.io.IOException;
import java.io.StringReader;
import java.util.UUID;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** What our element in a domain's metadata says. */
public record DomainMetadata(UUID id, long epoch) {

    /** Changes only if what is written there changes its meaning: domains outlive agents. */
    public static final String NAMESPACE = "urn:yunqing:instance:1";

    public static final String PREFIX = "yunqing";

    /** Empty-handed rather than failing: somebody else may have written there. */
    public static @Nullable DomainMetadata parse(String xml) {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            var element =
                    builder.parse(new InputSource(new StringReader(xml))).getDocumentElement();
            return new DomainMetadata(
                    UUID.fromString(element.getAttribute("id")),
                    Long.parseLong(element.getAttribute("epoch")));
        } catch (SAXException | IOException | IllegalArgumentException e) {
            return null;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }
}
