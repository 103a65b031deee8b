package io.yunqing.controller.pool;

import io.yunqing.controller.fleet.HostRow;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

@ApplicationScoped
public class PoolHosts {
    private final Session em;

    PoolHosts(Session em) {
        this.em = em;
    }

    public UUID provider(String field, PoolRow pool, HostRow host) {
        return em.createNativeQuery(
                        "SELECT provider_id FROM pool_host WHERE pool_id = :p AND host_id = :h",
                        UUID.class)
                .setParameter("p", pool.id)
                .setParameter("h", host.id)
                .getSingleResult();
    }

    public void requireRoom(String field, PoolRow pool, HostRow host) {}

    public Optional<String> shortage(PoolRow pool, HostRow host) {
        return Optional.empty();
    }
}
