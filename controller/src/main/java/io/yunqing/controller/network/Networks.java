package io.yunqing.controller.network;

import io.yunqing.api.Kind;
import io.yunqing.api.Network;
import io.yunqing.api.NetworkRule;
import io.yunqing.api.NetworkRule.Protocol;
import io.yunqing.api.NetworkSpec;
import io.yunqing.api.NetworkStatus;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.controller.address.Subnet;
import io.yunqing.controller.compute.Instances;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.References;
import io.yunqing.controller.platform.SimpleNoun;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** The rules of networks. */
@ApplicationScoped
class Networks {
    private static final int LARGEST_PREFIX = 28;
    private static final int SMALLEST_PREFIX = 16;
    private static final int LAST_PORT = 65_535;

    private final Session em;
    private final References references;
    private final NetworkHosts hosts;

    Networks(Session em, References references, NetworkHosts hosts) {
        this.em = em;
        this.references = references;
        this.hosts = hosts;
    }

    /** The networks of one tenant, or of all when {@code tenant} is null; names are found in one tenant only. */
    SimpleNoun<NetworkRow, Network> of(String tenant) {
        return new InTenant(tenant);
    }

    /** Who is in a network. */
    private record Members(int instances, List<String> hosts) {
        static final Members NONE = new Members(0, List.of());
    }

    private Map<UUID, Members> members(Collection<NetworkRow> rows) {
        List<Tuple> found =
                em.createNativeQuery(
                                """
                                SELECT i.network_id, count(*) AS instances, array_agg(DISTINCT h.name ORDER BY h.name) AS hosts
                                FROM instance i JOIN host h ON h.id = i.host_id WHERE i.network_id = ANY (:ids) GROUP BY 1
                                """,
                                Tuple.class)
                        .setParameter("ids", rows.stream().map(row -> row.id).toArray(UUID[]::new))
                        .getResultList();
        Map<UUID, Members> members = new HashMap<>();
        for (Tuple row : found) {
            members.put(
                    row.get("network_id", UUID.class),
                    new Members(
                            row.get("instances", Long.class).intValue(),
                            List.of(row.get("hosts", String[].class))));
        }
        return members;
    }

    private static Network view(NetworkRow row, Members members) {
        return new Network(
                Kind.NETWORK,
                row.metadata(),
                row.spec,
                new NetworkStatus(
                        row.vni,
                        NetworkDesired.MTU,
                        members.instances,
                        subnet(row.spec).usable() - members.instances,
                        members.hosts));
    }

    private static Subnet subnet(NetworkSpec spec) {
        return Subnet.of(spec.cidr(), spec.gateway());
    }

    /** The next number behind the last that was given which no network has. */
    private int nextVni() {
        long all = 1L + NetworkDesired.LAST_VNI - NetworkDesired.FIRST_VNI;
        for (long i = 0; i < all; i++) {
            int vni =
                    em.createNativeQuery(
                                    "SELECT cast(nextval('network_vni') AS int)", Integer.class)
                            .getSingleResult();
            if (NetworkRow.count("vni", vni) == 0) {
                return vni;
            }
        }
        throw ProblemException.of(
                ProblemCode.BUSY,
                "there are %d networks, and no more can be told apart".formatted(all),
                "delete networks that nobody needs");
    }

    /** One tenant's networks as a noun. */
    private final class InTenant implements SimpleNoun<NetworkRow, Network> {
        private final String tenant;

        InTenant(String tenant) {
            this.tenant = tenant;
        }

        @Override
        public Kind kind() {
            return Kind.NETWORK;
        }

        @Override
        public String scope() {
            return tenant;
        }

        @Override
        public Class<NetworkRow> rowClass() {
            return NetworkRow.class;
        }

        @Override
        public Optional<NetworkRow> find(String name) {
            return NetworkRow.find("tenant = ?1 and name = ?2", Instances.tenantRow(tenant), name)
                    .firstResultOptional();
        }

        @Override
        public List<Network> views(List<NetworkRow> rows) {
            Map<UUID, Members> members = members(rows);
            return rows.stream()
                    .map(row -> view(row, members.getOrDefault(row.id, Members.NONE)))
                    .toList();
        }

        @Override
        public void create(NetworkRow row, Network asked) {
            Instances.requireSameTenant(tenant, asked.metadata());
            requireSense(asked.spec());
            row.tenant = Instances.tenantRow(tenant);
            row.spec = asked.spec();
            row.vni = nextVni();
        }

        @Override
        public void update(NetworkRow row, Network asked) {
            Instances.requireSameTenant(tenant, asked.metadata());
            NetworkSpec spec = asked.spec();
            requireSense(spec);
            int instances = members(List.of(row)).getOrDefault(row.id, Members.NONE).instances;
            if (instances > 0) {
                requireSame("spec.cidr", row.spec.cidr(), spec.cidr(), instances);
                requireSame("spec.gateway", row.spec.gateway(), spec.gateway(), instances);
            }
            boolean changed = !row.spec.equals(spec);
            row.spec = spec;
            if (changed) {
                em.flush();
                hosts.tellHosts(row.id);
            }
        }

        @Override
        public boolean delete(NetworkRow row) {
            references.refuseIfAny(
                    row, "instances", "SELECT name FROM instance WHERE network_id = :id");
            return true;
        }

        @Override
        public String story(NetworkRow row) {
            return "Network %s of %s, VNI %d".formatted(row.name, row.spec.cidr(), row.vni);
        }
    }

    // --- Rules ---

    private static void requireSame(String field, Object current, Object asked, int instances) {
        if (!Objects.equals(current, asked)) {
            throw ProblemException.field(
                    ProblemCode.FIELD_IMMUTABLE,
                    field,
                    "cannot be changed while instances are in the network, which are " + instances,
                    String.valueOf(current),
                    asked,
                    "create another network, or delete the instances first");
        }
    }

    private static void requireSense(NetworkSpec spec) {
        requireCidr("spec.cidr", spec.cidr(), SMALLEST_PREFIX, LARGEST_PREFIX);
        if (spec.gateway() != null || spec.gatewayUnderlay() != null) {
            requireGateway(spec);
        }
        requireRules(spec.rulesOrDefault());
    }

    private static void requireGateway(NetworkSpec spec) {
        if (spec.gateway() == null
                || !Subnet.isAddress(spec.gateway())
                || !subnet(spec).hasGateway()) {
            throw invalid(
                    "spec.gateway",
                    "must be an address of the network's, and neither its first nor its last",
                    spec.cidr(),
                    spec.gateway(),
                    "give one such as its second, or leave both gateway and gatewayUnderlay out");
        }
        if (spec.gatewayUnderlay() == null || !Subnet.isAddress(spec.gatewayUnderlay())) {
            throw invalid(
                    "spec.gatewayUnderlay",
                    "must be the IPv4 address by which hosts reach the gateway's end of the VXLAN",
                    null,
                    spec.gatewayUnderlay(),
                    "ask the operators for it, or leave both gateway and gatewayUnderlay out");
        }
    }

    private static void requireRules(List<NetworkRule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            NetworkRule rule = rules.get(i);
            String field = "spec.rules[%d]".formatted(i);
            if (rule.source() != null) {
                requireCidr(field + ".source", rule.source(), 0, 32);
            }
            if (rule.ports() != null) {
                requirePorts(field + ".ports", rule);
            }
        }
    }

    private static void requirePorts(String field, NetworkRule rule) {
        if (rule.protocol() != Protocol.TCP && rule.protocol() != Protocol.UDP) {
            throw invalid(
                    field,
                    "only TCP and UDP have ports",
                    "protocol TCP or UDP",
                    rule.ports(),
                    "leave the ports out, or name the protocol");
        }
        String[] ends = rule.ports().split("-", 2);
        int first = Integer.parseInt(ends[0]);
        int last = Integer.parseInt(ends[ends.length - 1]);
        if (first < 1 || last > LAST_PORT || first > last) {
            throw invalid(
                    field,
                    "is no range of ports",
                    "1 to " + LAST_PORT,
                    rule.ports(),
                    "give one port such as 443, or the first and the last such as 8000-8099");
        }
    }

    /** IPv4 by the network address with the prefix length, so that there is one way to say it. */
    private static void requireCidr(String field, String cidr, int least, int most) {
        String limit = "/%d to /%d".formatted(least, most);
        int slash = cidr.indexOf('/');
        String prefix = slash < 0 ? "" : cidr.substring(slash + 1);
        boolean whole =
                slash > 0
                        && Subnet.isAddress(cidr.substring(0, slash))
                        && prefix.matches("\\d|[12]\\d|3[0-2]");
        if (!whole) {
            throw invalid(
                    field, "is not IPv4 in CIDR form", limit, cidr, "write it like 10.0.0.0/24");
        }
        int length = Integer.parseInt(prefix);
        long hostBits = (1L << (32 - length)) - 1;
        if (length < least || length > most) {
            throw invalid(
                    field,
                    "is too large or too small",
                    limit,
                    cidr,
                    "choose another prefix length");
        }
        if ((Subnet.number(cidr.substring(0, slash)) & hostBits) != 0) {
            throw invalid(
                    field,
                    "does not begin with the first address of what it names",
                    limit,
                    cidr,
                    "set the bits behind the prefix to 0, as in 10.0.0.0/24");
        }
    }

    private static ProblemException invalid(
            String field, String why, String limit, Object actual, String remedy) {
        return ProblemException.field(ProblemCode.FIELD_INVALID, field, why, limit, actual, remedy);
    }
}
