package io.yunqing.controller.compute;

import static io.yunqing.api.GroupPolicy.APART;
import static io.yunqing.api.GroupPolicy.SPREAD;
import static io.yunqing.api.GroupPolicy.TOGETHER;
import static io.yunqing.api.GroupScope.HOST;
import static io.yunqing.api.GroupScope.RACK;
import static io.yunqing.api.GroupScope.ZONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.api.GroupPolicy;
import io.yunqing.api.GroupScope;
import io.yunqing.api.PlacementGroupSpec;
import io.yunqing.controller.compute.Catalog.GroupEntry;
import io.yunqing.controller.placement.Decision.Chosen;
import io.yunqing.controller.placement.Host;
import io.yunqing.controller.placement.Host.Location;
import io.yunqing.controller.platform.RoundTrip;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GroupBookTest {
    /** Two hosts in a rack, one beside it, one in a rack of that name in another zone, and two without a rack. */
    private static final List<Host> HOSTS =
            List.of(
                    host("a", "east", "r1"),
                    host("b", "east", "r1"),
                    host("c", "east", "r2"),
                    host("d", "west", "r1"),
                    host("e", "west", null),
                    host("f", "west", null));

    /** A policy, the hosts of its members, and those on which one more may be. */
    private record Case(
            GroupPolicy policy, GroupScope scope, Boolean strict, String members, String allowed) {}

    @Test
    void aMemberJoinsWhereThePolicyAllows() {
        List<Case> table =
                List.of(
                        new Case(TOGETHER, HOST, null, "", "abcdef"),
                        new Case(TOGETHER, HOST, null, "a", "a"),
                        new Case(TOGETHER, RACK, true, "a", "ab"),
                        new Case(TOGETHER, RACK, true, "e", "ef"),
                        new Case(TOGETHER, ZONE, true, "a", "abc"),
                        new Case(TOGETHER, HOST, true, "ac", "ac"),
                        new Case(TOGETHER, HOST, false, "a", "abcdef"),
                        new Case(APART, HOST, null, "", "abcdef"),
                        new Case(APART, HOST, null, "ab", "cdef"),
                        new Case(APART, RACK, true, "a", "cdef"),
                        new Case(APART, RACK, true, "e", "abcd"),
                        new Case(APART, ZONE, true, "a", "def"),
                        new Case(APART, ZONE, true, "ad", ""),
                        new Case(APART, ZONE, false, "ad", "abcdef"),
                        new Case(SPREAD, ZONE, null, "ad", "abcdef"));
        for (Case row : table) {
            GroupEntry group = group(row);
            String allowed =
                    HOSTS.stream()
                            .filter(host -> {
                                GroupBook book = new GroupBook();
                                on(row.members).forEach(member -> book.add(group, member));
                                return book.join(List.of(wish(group)), List.of(chosen(host)));
                            })
                            .map(Host::name)
                            .collect(Collectors.joining());
            assertEquals(row.allowed, allowed, row.toString());
        }
    }

    @Test
    void membersOfOneOrderCountForEachOtherAndAllOrNoneJoin() {
        GroupEntry group = group(new Case(APART, HOST, true, "", ""));
        GroupBook book = new GroupBook();
        List<Wish> two = List.of(wish(group), wish(group));
        assertFalse(book.join(two, chosen("aa")));
        assertTrue(book.join(two, chosen("ab")), "the first try left nobody behind");
        assertFalse(book.join(List.of(wish(group), wish(null)), chosen("ba")));
        book.leave(two, chosen("ab"));
        assertTrue(book.join(two, chosen("ba")));
    }

    @Test
    void withoutGroupsNothingIsAsked() throws SQLException {
        RoundTrip trip = new RoundTrip();
        new GroupBook().read(trip, Set.of());
        AdmissionStore.groups(trip, Set.of(), (_, _) -> {});
        trip.run(
                (Connection)
                        Proxy.newProxyInstance(
                                Connection.class.getClassLoader(),
                                new Class<?>[] {Connection.class},
                                (_, method, _) -> {
                                    throw new AssertionError(method + " was called");
                                }));
    }

    private static List<Host> on(String names) {
        return HOSTS.stream().filter(host -> names.contains(host.name())).toList();
    }

    private static List<Chosen> chosen(String names) {
        return names.chars()
                .mapToObj(name -> chosen(on(Character.toString(name)).getFirst()))
                .toList();
    }

    private static Chosen chosen(Host host) {
        return new Chosen(0, host, null);
    }

    private static Wish wish(GroupEntry group) {
        return new Wish(UUID.randomUUID(), null, null, null, group, null, List.of());
    }

    private static GroupEntry group(Case of) {
        return new GroupEntry(
                UUID.randomUUID(),
                1,
                "tenant/group",
                new PlacementGroupSpec(of.policy, of.scope, of.strict));
    }

    private static Host host(String name, String zone, String rack) {
        return new Host(
                UUID.randomUUID(),
                name,
                new Location(zone, rack),
                Set.of(),
                Set.of(),
                1,
                null,
                true);
    }
}
