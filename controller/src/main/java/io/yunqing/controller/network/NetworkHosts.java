package io.yunqing.controller.network;

import io.yunqing.controller.fleet.Fleet;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.hibernate.Session;

/** Tells hosts that their networks have changed. */
@ApplicationScoped
public class NetworkHosts {
    private final Session em;
    private final Fleet fleet;

    NetworkHosts(Session em, Fleet fleet) {
        this.em = em;
        this.fleet = fleet;
    }

    /** Lets nobody come into the networks or leave them until the transaction ends; before limits and providers are locked. */
    public void lock(Collection<UUID> networks) {
        if (!networks.isEmpty()) {
            em.createNativeQuery(
                            "SELECT id FROM network WHERE id = ANY (:ids) ORDER BY id FOR NO KEY UPDATE",
                            UUID.class)
                    .setParameter("ids", networks.toArray(UUID[]::new))
                    .getResultList();
        }
    }

    /**
     * Tells all whom a host's report concerns.
     *
     * @param left the networks, locked, that instances of the host were in which are gone now
     * @param moved whether others reach the host's end of its networks elsewhere now
     */
    public void tellHosts(UUID host, Set<UUID> left, boolean moved) {
        Set<UUID> told = new HashSet<>();
        if (!left.isEmpty()) {
            told.add(host);
            told.addAll(
                    em.createNativeQuery(
                                    """
                                    SELECT DISTINCT i.host_id FROM instance i
                                    WHERE i.network_id = ANY (:networks)
                                      AND NOT EXISTS (SELECT FROM instance o WHERE o.network_id = i.network_id AND o.host_id = :host)
                                    """,
                                    UUID.class)
                            .setParameter("networks", left.toArray(UUID[]::new))
                            .setParameter("host", host)
                            .getResultList());
        }
        if (moved) {
            told.addAll(
                    em.createNativeQuery(
                                    """
                                    SELECT DISTINCT host_id FROM instance
                                    WHERE network_id IN (SELECT network_id FROM instance WHERE host_id = :host)
                                    """,
                                    UUID.class)
                            .setParameter("host", host)
                            .getResultList());
        }
        tell(told);
    }

    /** Tells all hosts in a network, which is locked. */
    void tellHosts(UUID network) {
        tell(
                em.createNativeQuery(
                                "SELECT DISTINCT host_id FROM instance WHERE network_id = :network",
                                UUID.class)
                        .setParameter("network", network)
                        .getResultList());
    }

    private void tell(Collection<UUID> hosts) {
        if (!hosts.isEmpty()) {
            fleet.networksChanged(hosts);
        }
    }
}
