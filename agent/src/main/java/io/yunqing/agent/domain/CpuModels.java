package io.yunqing.agent.domain;

import java.util.ArrayList;
import java.util.List;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** Which processors a host can show to guests, read from libvirt's description of what its domains can be. */
public final class CpuModels {

    private CpuModels() {}

    /**
     * Those that libvirt calls usable, in its order.
     *
     * @throws IllegalArgumentException if that is no such description
     */
    public static List<String> usable(String capabilities) {
        try {
            var usable = new ArrayList<String>();
            var models = SafeXml.parse(capabilities).getElementsByTagName("model");
            for (int i = 0; i < models.getLength(); i++) {
                if (models.item(i) instanceof Element model
                        && model.getAttribute("usable").equals("yes")) {
                    usable.add(model.getTextContent());
                }
            }
            return List.copyOf(usable);
        } catch (SAXException e) {
            throw new IllegalArgumentException(
                    "not what libvirt says of domains: " + e.getMessage(), e);
        }
    }
}
