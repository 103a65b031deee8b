package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Instance;
import io.yunqing.api.InstanceSpec;
import io.yunqing.api.Metadata;
import io.yunqing.controller.Rest;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.compute.Catalog.GroupEntry;
import io.yunqing.controller.compute.Order.Terms;
import io.yunqing.controller.pki.CertificateAuthority;
import io.yunqing.controller.platform.Ids;
import jakarta.inject.Inject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One batch by itself, on a connection that the test can break. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class AdmissionBatchTest {
    @Inject CertificateAuthority authority;
    @Inject AgroalDataSource dataSource;
    @Inject AdmissionMeans means;
    @Inject Catalog catalog;

    private final Rest rest = Rest.operator();
    private City city;
    private City changed;

    @BeforeEach
    void newCities() {
        city = new City(rest, authority.certificatePem());
        changed = new City(rest, authority.certificatePem());
        // So that the mirror knows both hosts.
        city.admitted("first");
        assertEquals(201, changed.create("first").status());
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
        changed.close();
    }

    /** A database that is lost behind the commit takes nothing back: who was written is told so, who was not is tried again. */
    @Test
    void nothingIsAskedOfTheDatabaseBehindTheCommit() throws SQLException {
        // A revision that the mirror does not hear of: the host is not as it was seen.
        try (Connection connection = dataSource.getConnection();
                PreparedStatement bump =
                        connection.prepareStatement(
                                "UPDATE host SET revision = revision + 1 WHERE name = ?")) {
            bump.setString(1, changed.id);
            bump.executeUpdate();
        }
        Order fits = order(city);
        Order lost = order(changed);
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            List<Order> again =
                    new AdmissionBatch(means, List.of(fits, lost)).run(lostAfterCommit(connection));
            assertEquals(List.of(lost), again);
        }
        assertInstanceOf(Outcome.Admitted.class, fits.outcome().getNow(null));
        assertFalse(lost.outcome().isDone());
        assertEquals(200, rest.get(city.path("second-1-1")).status());
        assertEquals(404, rest.get(changed.path("second-1-1")).status());
    }

    /** The tenant may have 4, the host has room for 8. */
    @Test
    void anOrderThatFindsNoRoomTakesNoneFromThoseBehindIt() throws SQLException {
        Order tooMuch = order(city, null, 8);
        Order fits = order(city, null, 1);
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            List<Order> again = new AdmissionBatch(means, List.of(tooMuch, fits)).run(connection);
            assertEquals(List.of(), again);
        }
        assertInstanceOf(Outcome.Over.class, tooMuch.outcome().getNow(null));
        assertInstanceOf(Outcome.Admitted.class, fits.outcome().getNow(null));
        assertEquals(2, city.vcpusUsed());
    }

    /** Where the members' hosts stand is read under the locks: the mirror may not have heard that one was moved. */
    @Test
    void aMembersHostThatWasMovedToTheChosenRackIsNoticed() throws SQLException {
        String other = city.secondHost();
        rack(city.id, "r1");
        rack(other, "r2");
        city.created(
                "/v1/tenants/" + city.id + "/placement-groups",
                "db",
                "{\"policy\":\"APART\",\"scope\":\"RACK\"}");
        String member =
                rest.post(
                                "/v1/tenants/" + city.id + "/instances",
                                city.body("member")
                                        .replace("\"zone\"", "\"group\":\"db\",\"zone\""))
                        .at("status.host")
                        .asText();
        String there = member.equals(other) ? "r1" : "r2";
        try (Connection connection = dataSource.getConnection();
                PreparedStatement move =
                        connection.prepareStatement(
                                "UPDATE host SET spec = jsonb_set(spec, '{rack}', to_jsonb(cast(? AS text))) WHERE name = ?")) {
            move.setString(1, there);
            move.setString(2, member);
            assertEquals(1, move.executeUpdate());
        }
        Order order = order(city, catalog.group(city.id, "db"), 1);
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            assertEquals(List.of(order), new AdmissionBatch(means, List.of(order)).run(connection));
        }
        assertFalse(order.outcome().isDone());
        assertEquals(404, rest.get(city.path("second-1-1")).status());
        city.replaced(
                "/v1/hosts/" + other, "{\"zone\":\"%s\",\"schedulable\":false}".formatted(city.id));
    }

    private void rack(String host, String rack) {
        city.replaced(
                "/v1/hosts/" + host,
                "{\"zone\":\"%s\",\"rack\":\"%s\",\"overcommit\":{\"vcpus\":4},\"reserved\":{\"memoryMiB\":512}}"
                        .formatted(city.id, rack));
    }

    private Order order(City asking) {
        return order(asking, null, 1);
    }

    private Order order(City asking, GroupEntry group, int count) {
        List<Wish> wishes =
                IntStream.rangeClosed(1, count)
                        .mapToObj(number -> wish(asking, "second-" + count + "-" + number, group))
                        .toList();
        return new Order(
                catalog.tenant(asking.id),
                wishes,
                new Terms("operator", null, false, false, null, null),
                means.mirror().looks());
    }

    private Wish wish(City asking, String name, GroupEntry group) {
        Instance asked =
                new Instance(
                        null,
                        Metadata.named(name),
                        new InstanceSpec(
                                asking.id, asking.id, asking.id, null, null, null, null, null, null,
                                null, null, null, null, null, null, null),
                        null);
        return new Wish(
                Ids.next(),
                asked,
                catalog.flavor(asking.id),
                catalog.usableImage(asking.id),
                group,
                null,
                List.of());
    }

    private static Connection lostAfterCommit(Connection connection) {
        AtomicBoolean committed = new AtomicBoolean();
        return (Connection)
                Proxy.newProxyInstance(
                        Connection.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (_, method, arguments) -> {
                            if (committed.get()) {
                                throw new SQLException("the connection is lost", "08006");
                            }
                            try {
                                Object result = method.invoke(connection, arguments);
                                committed.set(method.getName().equals("commit"));
                                return result;
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }
}
