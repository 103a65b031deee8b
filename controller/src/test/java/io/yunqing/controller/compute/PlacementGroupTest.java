package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.fleet.FleetMirror;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A city of two hosts for 8 vCPUs each, whose tenant may use them all; its instances ask for its zone. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class PlacementGroupTest {
    @Inject CertificateAuthority authority;
    @Inject AgroalDataSource dataSource;
    @Inject FleetMirror mirror;

    private final Rest rest = Rest.operator();
    private City city;
    private String second;

    @BeforeEach
    void newCity() throws SQLException {
        city = new City(rest, authority.certificatePem());
        second = city.secondHost();
        city.replaced(
                "/v1/tenants/" + city.id,
                "{\"application\":\"%s\",\"environment\":\"TEST\",\"limits\":{\"vcpus\":16,\"memoryMiB\":16384,\"storageGiB\":200}}"
                        .formatted(city.id));
        try (Connection connection = dataSource.getConnection()) {
            // A wish and a forecast take the fleet as it was last seen.
            mirror.look(connection);
        }
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
        host(second, null, false);
    }

    // --- The group as a resource ---

    @Test
    void aGroupIsAResourceLikeOthers() {
        Answer plan =
                rest.post(groups() + "?mode=plan", group("db", "\"APART\"", "\"HOST\"", "true"));
        assertEquals("create", plan.at("action").asText(), plan.text());
        assertEquals(404, rest.get(groups() + "/db").status());
        have("db", "APART", "HOST");
        have("web", "SPREAD", "ZONE");
        assertEquals(
                "name.taken",
                code(rest.post(groups(), group("db", "\"APART\"", "\"HOST\"", "true"))));
        Answer listed = rest.get(groups() + "?name=d*");
        assertEquals(1, listed.body().path("items").size(), listed.text());
        assertEquals(city.id, listed.at("items.0.metadata.tenant").asText());
        assertEquals(0, listed.at("items.0.status.members").asInt());
        assertEquals(
                2, rest.get("/v1/placement-groups?tenant=" + city.id).body().path("items").size());
        assertEquals(
                "created",
                rest.get("/v1/events?order=desc&kind=PlacementGroup&name=db&tenant=" + city.id)
                        .at("items.0.type")
                        .asText());
        city.replaced(groups() + "/db", "{\"policy\":\"TOGETHER\",\"scope\":\"RACK\"}");
        assertEquals(
                "precondition.failed",
                code(
                        rest.put(
                                groups() + "/db",
                                group("db", "\"APART\"", "\"HOST\"", "true"),
                                "\"1\"")));
        Answer tenant = rest.delete("/v1/tenants/" + city.id);
        assertEquals("reference.in_use", code(tenant));
        assertTrue(tenant.at("detail").asText().contains("placement groups: db, web"));
        assertEquals(204, rest.delete(groups() + "/db").status());
        assertEquals(404, rest.get(groups() + "/db").status());
    }

    @Test
    void contradictionsAreRefusedByField() {
        refused("field.invalid", "spec.strict", group("g", "\"SPREAD\"", "\"ZONE\"", "true"));
        refused("field.invalid", "spec.policy", group("g", "\"NEAR\"", "\"ZONE\"", "true"));
        refused("field.invalid", "spec.scope", group("g", "\"APART\"", "null", "true"));
        assertEquals(
                201, rest.post(groups(), group("g", "\"SPREAD\"", "\"ZONE\"", "false")).status());
        refusedInstance("reference.unknown", member("a", "none-such"));
        City other = new City(rest, authority.certificatePem());
        other.created(
                "/v1/tenants/" + other.id + "/placement-groups",
                "theirs",
                "{\"policy\":\"APART\",\"scope\":\"HOST\"}");
        refusedInstance("reference.unknown", member("a", "theirs"));
        other.close();
    }

    @Test
    void whatHasMembersKeepsPolicyAndScopeAndIsNotDeleted() {
        have("db", "APART", "HOST");
        assertEquals(201, create("a", "db").status());
        assertEquals(201, create("b", "db").status());
        Answer policy =
                rest.put(
                        groups() + "/db",
                        group("db", "\"TOGETHER\"", "\"HOST\"", "true"),
                        rest.get(groups() + "/db").etag());
        assertEquals("field.immutable", code(policy));
        assertEquals("spec.policy", policy.at("errors.0.field").asText());
        assertTrue(policy.at("detail").asText().contains("members, which are 2"), policy.text());
        Answer delete = rest.delete(groups() + "/db");
        assertEquals("reference.in_use", code(delete));
        assertTrue(delete.at("detail").asText().contains("still has 2 members"), delete.text());
        assertTrue(delete.at("remedy").asText().contains("instances?group=db"), delete.text());
        assertEquals(
                "this path takes cursor, fields, flavor, group, host, image, label, limit, name, network, phase, tenant, zone",
                rest.get("/v1/instances?colour=red").at("remedy").asText());
        assertEquals(
                2,
                rest.get("/v1/tenants/" + city.id + "/instances?group=db")
                        .body()
                        .path("items")
                        .size());
        String moved = member("a", "db").replace("\"group\":\"db\"", "\"sshKeys\":[]");
        assertEquals(
                "field.immutable",
                code(rest.put(city.path("a"), moved, rest.get(city.path("a")).etag())));
        city.replaced(
                groups() + "/db", "{\"policy\":\"APART\",\"scope\":\"HOST\",\"strict\":false}");
        assertEquals(201, create("c", "db").status(), "the rule is a wish by now");
        Answer strict =
                rest.put(
                        groups() + "/db",
                        group("db", "\"APART\"", "\"HOST\"", "true"),
                        rest.get(groups() + "/db").etag());
        assertEquals("spec.strict", strict.at("errors.0.field").asText(), strict.text());
        assertTrue(strict.at("detail").asText().contains("3 members stand on 2 hosts"));
    }

    // --- Where members go ---

    @Test
    void membersThatAreToBeApartAreAndTheOneTooManyIsToldWhy() {
        have("db", "APART", "HOST");
        assertNotEquals(hostOf(create("a", "db")), hostOf(create("b", "db")));
        Answer third = create("c", "db");
        assertEquals("placement.no_host", code(third));
        assertEquals(2, third.at("explanation.turnedAway.group").asInt(), third.text());
        assertTrue(
                third.at("remedy")
                        .asText()
                        .contains(
                                "on a host with group %s/db, which strict anti-affinity forbids: add a host, or make the rule soft"
                                        .formatted(city.id)),
                third.text());
        assertEquals(2, city.vcpusUsed());
    }

    @Test
    void moreMembersThanZonesAreRefused() {
        have("db", "APART", "ZONE");
        assertEquals(201, create("a", "db").status());
        Answer second = create("b", "db");
        assertEquals("placement.no_host", code(second));
        assertEquals(2, second.at("explanation.turnedAway.group").asInt(), second.text());
        assertTrue(second.at("remedy").asText().contains("add a zone"), second.text());
    }

    @Test
    void membersThatAreToBeTogetherAreAndAFullHostIsNamed() {
        city.created(
                "/v1/flavors",
                city.id + "-half",
                "{\"vcpus\":4,\"memoryMiB\":128,\"rootDiskGiB\":2}");
        have("hot", "TOGETHER", "HOST");
        String host = hostOf(create("a", "hot"));
        host(host.equals(second) ? city.id : second, null, true);
        Answer half = rest.post(instances(), sized(member("b", "hot"), "-half"));
        assertEquals(host, hostOf(half));
        Answer more = rest.post(instances(), sized(member("c", "hot"), "-half"));
        assertEquals("placement.no_host", code(more));
        assertEquals(1, more.at("explanation.turnedAway.group").asInt(), more.text());
        assertEquals(1, more.at("explanation.turnedAway.vcpus").asInt(), more.text());
        assertTrue(more.at("remedy").asText().startsWith("host " + host), more.text());
        assertTrue(more.at("remedy").asText().contains("as strict affinity demands"), more.text());
    }

    @Test
    void aSpreadIsAWish() {
        have("even", "SPREAD", "HOST");
        assertNotEquals(hostOf(create("a", "even")), hostOf(create("b", "even")));
        assertEquals(201, create("c", "even").status());
        Answer seen = rest.get(groups() + "/even");
        assertEquals(3, seen.at("status.members").asInt());
        assertEquals(2, seen.at("status.domains").asInt());
        assertEquals(0, seen.body().at("/status/conditions").size());
    }

    @Test
    void howeverManyAskAtOnceNoTwoShareAHost() throws Exception {
        have("db", "APART", "HOST");
        List<Answer> answers;
        try (ExecutorService crowd = Executors.newFixedThreadPool(16)) {
            List<Callable<Answer>> requests =
                    IntStream.range(0, 16)
                            .<Callable<Answer>>mapToObj(i -> () -> create("m-" + i, "db"))
                            .toList();
            answers = crowd.invokeAll(requests).stream().map(PlacementGroupTest::got).toList();
        }
        List<String> hosts =
                answers.stream()
                        .filter(a -> a.status() == 201)
                        .map(PlacementGroupTest::hostOf)
                        .toList();
        assertEquals(2, hosts.size(), answers.toString());
        assertEquals(2, hosts.stream().distinct().count());
        answers.stream()
                .filter(a -> a.status() != 201)
                .forEach(a -> assertEquals("placement.no_host", code(a), a.text()));
        assertEquals(2, city.vcpusUsed());
    }

    /** The choice was made before the other replica's member could be seen; it must not stand. */
    @Test
    void aMemberThatAnotherReplicaAddsMeanwhileCounts() throws Exception {
        have("db", "APART", "HOST");
        String taken = hostOf(city.create("alone"));
        assertEquals(taken, hostOf(city.create("beside")), "the fuller host is the better one");
        Answer first = whileAloneJoins(() -> create("m", "db"));
        assertEquals(201, first.status(), first.text());
        assertNotEquals(taken, hostOf(first));
    }

    @Test
    void whatNoHostAllowsBesideAnotherReplicasMemberIsRefused() throws Exception {
        have("db", "APART", "ZONE");
        hostOf(city.create("alone"));
        Answer late = whileAloneJoins(() -> create("m", "db"));
        assertEquals("placement.no_host", code(late), late.text());
        assertEquals(1, city.vcpusUsed());
    }

    @Test
    void aGroupThatIsGoneMeanwhileIsToldByName() throws Exception {
        have("db", "APART", "HOST");
        Answer late =
                meanwhile("DELETE FROM placement_group WHERE id = %s", () -> create("m", "db"));
        assertEquals("reference.unknown", code(late), late.text());
        assertEquals("spec.group", late.at("errors.0.field").asText());
    }

    // --- Hosts that move ---

    @Test
    void aHostInAnotherRackMayBreakAPolicyAndNewMembersKeepIt() {
        host(city.id, "r1", true);
        host(second, "r2", true);
        have("db", "APART", "RACK");
        assertNotEquals(hostOf(create("a", "db")), hostOf(create("b", "db")));
        assertEquals(0, rest.get(groups() + "/db").body().at("/status/conditions").size());
        host(second, "r1", true);
        Answer seen = rest.get(groups() + "/db");
        assertEquals("PolicyBroken", seen.at("status.conditions.0.type").asText(), seen.text());
        assertTrue(
                seen.at("status.conditions.0.message")
                        .asText()
                        .startsWith("2 members stand on 1 rack, against the policy APART"));
        assertEquals(2, create("c", "db").at("explanation.turnedAway.group").asInt());
    }

    // --- What would be ---

    @Test
    void forecastsAndPlansKeepTheRules() {
        have("db", "APART", "HOST");
        Answer tried =
                rest.post(
                        "/v1/simulations",
                        "{\"tenant\":\"%1$s\",\"items\":[{\"flavor\":\"%1$s\",\"zone\":\"%1$s\",\"group\":\"db\",\"count\":3}]}"
                                .formatted(city.id));
        assertEquals(2, tried.at("items.0.placed").asInt(), tried.text());
        assertEquals(2, tried.at("items.0.refusal.turnedAway.group").asInt(), tried.text());
        assertEquals(201, create("a", "db").status());
        assertEquals(201, create("b", "db").status());
        String emptied = "{\"goal\":\"EMPTY\",\"zone\":\"%s\"}".formatted(city.id);
        Answer plan = rest.post("/v1/rebalancings", emptied);
        assertEquals(0, plan.body().path("moves").size(), plan.text());
        city.replaced(
                groups() + "/db", "{\"policy\":\"APART\",\"scope\":\"HOST\",\"strict\":false}");
        assertEquals(1, rest.post("/v1/rebalancings", emptied).body().path("moves").size());
        Answer headroom = rest.get("/v1/headroom?flavor=%1$s&zone=%1$s".formatted(city.id));
        assertEquals(14, headroom.at("instances").asInt(), headroom.text());
    }

    @Test
    void aSimulationNamesTheTenantWhoseGroupItMeans() {
        String item = "{\"flavor\":\"%s\",\"group\":\"db\",\"count\":1}".formatted(city.id);
        Answer nobodys = rest.post("/v1/simulations", "{\"items\":[%s]}".formatted(item));
        assertEquals("items[0].group", nobodys.at("errors.0.field").asText(), nobodys.text());
        Answer unknown =
                rest.post(
                        "/v1/simulations",
                        "{\"tenant\":\"%s\",\"items\":[%s]}".formatted(city.id, item));
        assertEquals("reference.unknown", code(unknown), unknown.text());
    }

    private Answer whileAloneJoins(Callable<Answer> asking) throws Exception {
        return meanwhile(
                "UPDATE instance SET group_id = %s WHERE name = 'alone' AND tenant_id = (SELECT id FROM tenant WHERE name = '"
                        + city.id
                        + "')",
                asking);
    }

    /** Has another transaction hold the group db while somebody asks and has chosen, and then do something to it. */
    private Answer meanwhile(String sql, Callable<Answer> asking) throws Exception {
        try (ExecutorService asker = Executors.newSingleThreadExecutor()) {
            Future<Answer> asked;
            try (Locks locks = new Locks(dataSource, city.id)) {
                execute(
                        locks.connection,
                        "SELECT FROM placement_group WHERE id = %s FOR NO KEY UPDATE");
                asked = asker.submit(asking);
                locks.awaitWaiter();
                execute(locks.connection, sql);
            }
            return asked.get(1, TimeUnit.MINUTES);
        }
    }

    private void execute(Connection connection, String sql) throws SQLException {
        String id =
                "(SELECT id FROM placement_group WHERE name = 'db' AND tenant_id = (SELECT id FROM tenant WHERE name = '%s'))"
                        .formatted(city.id);
        try (PreparedStatement statement = connection.prepareStatement(sql.formatted(id))) {
            statement.execute();
        }
    }

    private String groups() {
        return "/v1/tenants/" + city.id + "/placement-groups";
    }

    private String instances() {
        return "/v1/tenants/" + city.id + "/instances";
    }

    private void have(String name, String policy, String scope) {
        city.created(
                groups(), name, "{\"policy\":\"%s\",\"scope\":\"%s\"}".formatted(policy, scope));
    }

    private static String group(String name, String policy, String scope, String strict) {
        return "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"policy\":%s,\"scope\":%s,\"strict\":%s}}"
                .formatted(name, policy, scope, strict);
    }

    private String member(String name, String group) {
        return city.body(name).replace("\"zone\"", "\"group\":\"" + group + "\",\"zone\"");
    }

    private String sized(String body, String suffix) {
        return body.replace("\"flavor\":\"" + city.id, "\"flavor\":\"" + city.id + suffix);
    }

    private Answer create(String name, String group) {
        return rest.post(instances(), member(name, group));
    }

    private void host(String name, String rack, boolean open) {
        city.replaced(
                "/v1/hosts/" + name,
                "{\"zone\":\"%s\",%s\"overcommit\":{\"vcpus\":4},\"reserved\":{\"memoryMiB\":512},\"schedulable\":%s}"
                        .formatted(
                                city.id, rack == null ? "" : "\"rack\":\"" + rack + "\",", open));
    }

    private void refused(String code, String field, String body) {
        Answer answer = rest.post(groups(), body);
        assertEquals(code, code(answer), answer.text());
        assertEquals(field, answer.at("errors.0.field").asText(), answer.text());
    }

    private void refusedInstance(String code, String body) {
        Answer answer = rest.post(instances(), body);
        assertEquals(code, code(answer), answer.text());
        assertEquals("spec.group", answer.at("errors.0.field").asText(), answer.text());
    }

    private static String hostOf(Answer answer) {
        assertEquals(201, answer.status(), answer.text());
        return answer.at("status.host").asText();
    }

    private static String code(Answer answer) {
        return answer.at("code").asText();
    }

    private static Answer got(Future<Answer> answer) {
        try {
            return answer.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
