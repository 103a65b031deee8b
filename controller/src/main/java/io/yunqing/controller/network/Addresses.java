package io.yunqing.controller.network;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.Session;

/** Which instance holds which address. An address goes back when its instance's row goes. */
@ApplicationScoped
public class Addresses {
    private final Session em;

    Addresses(Session em) {
        this.em = em;
    }

    /** The address of each instance that has one, with its prefix length. */
    public Map<UUID, String> of(Collection<UUID> instances) {
        Map<UUID, String> addresses = new HashMap<>();
        List<Tuple> rows =
                em.createNativeQuery(
                                """
                                SELECT instance_id, host(ip) || '/' || masklen(ip) FROM address
                                WHERE instance_id = ANY (:instances)
                                """,
                                Tuple.class)
                        .setParameter("instances", instances.toArray(UUID[]::new))
                        .getResultList();
        rows.forEach(row -> addresses.put(row.get(0, UUID.class), row.get(1, String.class)));
        return addresses;
    }

    /** A locally administered address of QEMU's range, made from the id's random end. */
    public static String mac(UUID instance) {
        long random = instance.getLeastSignificantBits();
        return "52:54:00:%02x:%02x:%02x"
                .formatted(random >> 16 & 255, random >> 8 & 255, random & 255);
    }
}
