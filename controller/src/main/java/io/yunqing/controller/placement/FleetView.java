package io.yunqing.controller.placement;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The fleet as columns: one array per property, one index per host. A host keeps its index until it is removed; the index is
 * then given to the next new host. A resource is a position, named once for the whole view.
 *
 * <p>Belongs to one thread. Another one takes a {@link #snapshot()}, which that thread then may change as it likes.
 */
public final class FleetView {
    private static final int ABSENT = -1;

    private List<String> resources;
    private @Nullable Host[] hosts;
    private boolean[] reporting;
    private boolean[] schedulable;
    private @Nullable String[] thin;
    private final Domains domains;
    private long[][] limits;
    private long[][] used;

    /** Every index is below it. */
    private int bound;

    private int size;
    private final Deque<Integer> freed;
    private final KeptHosts keptHosts;

    /** Made when first asked for: most snapshots never are. */
    private @Nullable Map<UUID, Integer> byId;

    private final Room room;
    private final Changes changes = new Changes();
    private final Changes descriptions = new Changes();
    private final Survey survey = new Survey(this);
    private final Shortlist shortlist = new Shortlist();
    private final Company company = new Company(this);

    /**
     * @param resources the names of the resources, by position
     */
    public FleetView(List<String> resources) {
        this.resources = List.copyOf(resources);
        hosts = new Host[0];
        reporting = new boolean[0];
        schedulable = new boolean[0];
        thin = new String[0];
        domains = new Domains();
        limits = new long[resources.size()][0];
        used = new long[resources.size()][0];
        freed = new ArrayDeque<>();
        keptHosts = new KeptHosts();
        byId = new HashMap<>();
        room = new Room(this.resources);
    }

    private FleetView(FleetView from) {
        resources = from.resources;
        hosts = from.hosts.clone();
        reporting = from.reporting.clone();
        schedulable = from.schedulable.clone();
        thin = from.thin.clone();
        domains = new Domains(from.domains);
        limits = Arrays.stream(from.limits).map(long[]::clone).toArray(long[][]::new);
        used = Arrays.stream(from.used).map(long[]::clone).toArray(long[][]::new);
        bound = from.bound;
        size = from.size;
        freed = new ArrayDeque<>(from.freed);
        keptHosts = new KeptHosts(from.keptHosts);
        room = new Room(from.room);
    }

    /** The fleet as it is now, for another thread or for trying things out. */
    public FleetView snapshot() {
        return new FleetView(this);
    }

    public List<String> resources() {
        return resources;
    }

    /**
     * Names further resources.
     *
     * @throws IllegalArgumentException if it renames or drops one
     */
    public void resources(List<String> names) {
        if (names.size() < resources.size()
                || !names.subList(0, resources.size()).equals(resources)) {
            throw new IllegalArgumentException(
                    "resources may only be added: " + resources + " to " + names);
        }
        int before = resources.size();
        resources = List.copyOf(names);
        limits = Arrays.copyOf(limits, names.size());
        used = Arrays.copyOf(used, names.size());
        for (int r = before; r < names.size(); r++) {
            limits[r] = new long[hosts.length];
            used[r] = new long[hosts.length];
        }
        for (int i = 0; i < bound; i++) {
            leave(i);
        }
        room.name(resources);
        for (int i = 0; i < bound; i++) {
            enter(i);
        }
        changes.everything();
    }

    /** How many hosts there are. */
    public int size() {
        return size;
    }

    /** Every index is below it; not every one below it is a host. */
    public int bound() {
        return bound;
    }

    public boolean present(int index) {
        return index < bound && hosts[index] != null;
    }

    /** The host's index, or -1 for one that is not in the fleet. */
    public int indexOf(UUID id) {
        return ids().getOrDefault(id, ABSENT);
    }

    /**
     * @throws IllegalArgumentException if there is none at the index
     */
    public Host host(int index) {
        Host host = hosts[index];
        if (host == null) {
            throw new IllegalArgumentException("no host has the index " + index);
        }
        return host;
    }

    /** Adds a host, or replaces all that is known of it. Returns its index. */
    public int put(HostFacts facts) {
        Host host = facts.host();
        int index = indexOf(host.id());
        if (index == ABSENT) {
            index = freed.isEmpty() ? bound++ : freed.pop();
            grow(bound);
            ids().put(host.id(), index);
            size++;
        } else {
            leave(index);
            keptHosts.remove(index, host(index).exclusiveOwner());
        }
        keptHosts.add(index, host.exclusiveOwner());
        hosts[index] = host;
        domains.put(index, host.location());
        reporting[index] = facts.reporting();
        schedulable[index] = facts.schedulable();
        thin[index] = facts.thin();
        set(limits, index, facts.limits());
        set(used, index, facts.used());
        descriptions.at(index);
        enter(index);
        return index;
    }

    /** Forgets a host; nothing happens if there is none. */
    public void remove(UUID id) {
        Integer index = ids().remove(id);
        if (index != null) {
            leave(index);
            keptHosts.remove(index, host(index).exclusiveOwner());
            hosts[index] = null;
            freed.push(index);
            size--;
            descriptions.at(index);
            changes.at(index);
        }
    }

    /** Counts what a request was given; whether there is room is the caller's to know. */
    public void take(int index, Amounts amounts) {
        move(index, amounts, 1);
    }

    public void give(int index, Amounts amounts) {
        move(index, amounts, -1);
    }

    private void move(int index, Amounts amounts, int sign) {
        boolean open = open(index);
        if (open) {
            room.countFree(this, index, -1);
        }
        for (int r = 0; r < amounts.length(); r++) {
            used[r][index] += sign * amounts.at(r);
        }
        if (open) {
            room.countFree(this, index, 1);
        }
        changes.at(index);
    }

    public void setUsed(int index, Amounts amounts) {
        leave(index);
        set(used, index, amounts);
        enter(index);
    }

    public void setLimits(int index, Amounts amounts) {
        leave(index);
        set(limits, index, amounts);
        enter(index);
    }

    public void reporting(int index, boolean heard) {
        leave(index);
        reporting[index] = heard;
        descriptions.at(index);
        enter(index);
    }

    public void schedulable(int index, boolean open) {
        leave(index);
        schedulable[index] = open;
        descriptions.at(index);
        enter(index);
    }

    public boolean reporting(int index) {
        return reporting[index];
    }

    public boolean schedulable(int index) {
        return schedulable[index];
    }

    /** Why the host may promise less storage than by its terms; null when that is not so. */
    @Nullable String thin(int index) {
        return thin[index];
    }

    /** What the host may promise of a resource. */
    public long limit(int index, int resource) {
        return resource < limits.length ? limits[resource][index] : 0;
    }

    public long used(int index, int resource) {
        return resource < used.length ? used[resource][index] : 0;
    }

    /** What is left of a resource; negative where more was promised than there is now. */
    public long free(int index, int resource) {
        return limit(index, resource) - used(index, resource);
    }

    /** Whether the amounts fit into one NUMA node, were it empty. */
    boolean fitsOneNode(int index, Amounts amounts) {
        int nodes = host(index).numaNodes();
        for (int r = 0; r < amounts.length(); r++) {
            if (fallsIntoNodes(r) && amounts.at(r) > limit(index, r) / nodes) {
                return false;
            }
        }
        return true;
    }

    /** Whether a host's amount of the resource is shared out among its NUMA nodes. */
    boolean fallsIntoNodes(int position) {
        return position < resources.size()
                && (resources.get(position).equals(PackingPolicy.VCPUS)
                        || resources.get(position).equals(PackingPolicy.MEMORY));
    }

    String resourceName(int position) {
        return resourceName(resources, position);
    }

    /** A request may ask for what the view has never heard of. */
    static String resourceName(List<String> names, int position) {
        return position < names.size() ? names.get(position) : "resource " + position;
    }

    KeptHosts keptHosts() {
        return keptHosts;
    }

    /** The number of the host's domain in a scope; the same for all hosts of one domain, and below {@link #domains}. */
    int domain(int index, Scope scope) {
        int[] numbers = numbers(scope);
        return numbers == null ? index : numbers[index];
    }

    /** By host, the number of its domain; none where each host is its own. */
    int @Nullable [] numbers(Scope scope) {
        return domains.numbers(scope);
    }

    int domains(Scope scope) {
        return scope == Scope.HOST ? bound : domains.count(scope);
    }

    /** Lets room weigh what it does in another view of the same hosts: the same then has the same answer, whatever was tried here before. */
    void weighAs(FleetView other) {
        if (room.weighAs(other.room)) {
            changes.everything();
        }
    }

    Room room() {
        return room;
    }

    /** Which hosts have changed in whatever way. */
    Changes changes() {
        return changes;
    }

    /** Which hosts' standing, beside their room, has changed. */
    Changes descriptions() {
        return descriptions;
    }

    Survey survey() {
        return survey;
    }

    Shortlist shortlist() {
        return shortlist;
    }

    Company company() {
        return company;
    }

    /** Whether the host's room is everybody's. */
    boolean open(int index) {
        Host host = hosts[index];
        return host != null
                && host.exclusiveOwner() == null
                && reporting[index]
                && schedulable[index];
    }

    private void leave(int index) {
        if (open(index)) {
            room.countHost(this, index, -1);
        }
    }

    private void enter(int index) {
        if (open(index)) {
            room.countHost(this, index, 1);
        }
        changes.at(index);
    }

    private Map<UUID, Integer> ids() {
        if (byId == null) {
            byId = new HashMap<>();
            for (int i = 0; i < bound; i++) {
                Host host = hosts[i];
                if (host != null) {
                    byId.put(host.id(), i);
                }
            }
        }
        return byId;
    }

    private void set(long[][] columns, int index, Amounts amounts) {
        if (amounts.length() > columns.length) {
            throw new IllegalArgumentException(
                    "%d resources have names, amounts have %d"
                            .formatted(columns.length, amounts.length()));
        }
        for (int r = 0; r < columns.length; r++) {
            columns[r][index] = amounts.at(r);
        }
    }

    private void grow(int needed) {
        if (needed > hosts.length) {
            int length = Math.max(needed, hosts.length * 2);
            hosts = Arrays.copyOf(hosts, length);
            reporting = Arrays.copyOf(reporting, length);
            schedulable = Arrays.copyOf(schedulable, length);
            thin = Arrays.copyOf(thin, length);
            domains.grow(length);
            for (int r = 0; r < limits.length; r++) {
                limits[r] = Arrays.copyOf(limits[r], length);
                used[r] = Arrays.copyOf(used[r], length);
            }
        }
    }
}
